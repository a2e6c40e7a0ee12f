// The objects that all ciphertext operations of one parameter set share: device, encoder and conversion tables.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "ckks/encoder.h"
#include "ckks/parameters.h"
#include "device/device.h"

namespace hetal::ckks {

/// The limbs of a polynomial: `q_limbs` of the chain, then those of all special primes if `extended`.
struct Basis {
  int q_limbs;
  bool extended;
  bool operator==(const Basis&) const = default;
};

/// Owns a polynomial on the device. It is in evaluation form between operations.
class RnsPoly {
 public:
  RnsPoly() = default;
  RnsPoly(device::Buffer buffer, Basis basis) : buffer_(std::move(buffer)), basis_(basis) {}
  Word* data() const { return buffer_.data(); }
  Basis basis() const { return basis_; }

 private:
  device::Buffer buffer_;
  Basis basis_{0, false};
};

class Context {
 public:
  Context(Parameters parameters, const device::Choice& device);
  /// On a given device, which must have the ring degree of the parameters and moduli_of(parameters).
  Context(Parameters parameters, std::unique_ptr<device::Device> device);
  /// On the CPU. threads = 0: one per core.
  Context(Parameters parameters, int threads) : Context(std::move(parameters), device::Choice::cpu(threads)) {}

  /// The primes of the chain, then the special ones: the order of their indices on a device.
  static std::vector<Modulus> moduli_of(const Parameters& parameters);

  const Parameters& parameters() const { return parameters_; }
  const Encoder& encoder() const { return encoder_; }
  device::Device& device() const { return *device_; }
  std::size_t n() const { return parameters_.ring_degree(); }
  int special() const { return static_cast<int>(parameters_.p().size()); }
  int limbs(Basis b) const { return b.q_limbs + (b.extended ? special() : 0); }
  /// Index on the device of special prime i.
  int p_index(int i) const { return parameters_.top_level() + 1 + i; }
  const Modulus& modulus(int index) const { return device_->moduli()[static_cast<std::size_t>(index)]; }

  RnsPoly allocate(Basis basis) const;
  RnsPoly zero(Basis basis) const;
  RnsPoly copy(const RnsPoly& a) const;
  RnsPoly copy(const RnsPoly& a, int q_limbs) const;
  /// A view of a polynomial's limbs with their moduli.
  device::Limbs view(const RnsPoly& a) const { return view(a.data(), a.basis()); }
  device::Limbs view(Word* data, Basis basis) const;
  /// value mod q for the prime q of each limb of a basis.
  std::vector<Word> residues(std::int64_t value, Basis basis) const;
  /// round(value * scale) mod q for each limb. The product may have up to 120 bits.
  std::vector<Word> residues(double value, double scale, Basis basis) const;

  /// For each key-switching digit the conversion from its limbs to all limbs of the level and the special primes. The
  /// digit's own limbs are copied.
  std::vector<const device::BaseConversion*> digit_conversions(int level) const;
  /// The conversion for a division of `q_limbs` chain limbs by their `rescaled` highest primes and, if `special`, by
  /// the special primes.
  const device::BaseConversion& mod_down_conversion(int q_limbs, int rescaled, bool special) const;

  /// Throws InvalidArgument for coefficients that exceed half the modulus of a level.
  void require_fits(const std::vector<std::int64_t>& coefficients, int level) const;
  /// Transforms signed coefficients to evaluation form.
  RnsPoly from_coefficients(std::span<const std::int64_t> coefficients, Basis basis) const;
  /// Divides each polynomial of `a` by the product of its `rescaled` highest chain primes and, if extended, by P, and
  /// rounds to nearest. All have one basis. addends[i], unless null, is added to result i after the division; it must
  /// have at least the limbs of the result.
  std::vector<RnsPoly> mod_down(std::span<const RnsPoly* const> a, int rescaled,
                                std::span<const RnsPoly* const> addends = {}) const;
  RnsPoly mod_down(const RnsPoly& a, int rescaled) const;

  const device::BaseConversion& conversion(std::vector<std::uint16_t> source, std::vector<std::uint16_t> target) const;

 private:
  Parameters parameters_;
  Encoder encoder_;
  std::unique_ptr<device::Device> device_;
  std::vector<std::uint16_t> plain_moduli_;                  // 0, 1, ...
  std::vector<std::vector<std::uint16_t>> extended_moduli_;  // by q_limbs
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::vector<std::uint16_t>, std::vector<std::uint16_t>>,
                   std::unique_ptr<device::BaseConversion>>
      conversions_;
};

}  // namespace hetal::ckks
