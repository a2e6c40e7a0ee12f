// Bootstrapping in four steps. SlotsToCoeffs moves the slots into the coefficients while the modulus is small. ModRaise
// raises the modulus, under a sparse secret. CoeffsToSlots moves the coefficients back into slots. EvalMod removes the
// multiples of q0. Sources: Cheon, Han, Kim, Kim, Song 2018; Bossuat, Troncoso-Pastoriza, Hubaux 2022 (eprint 2022/024,
// sparse-secret encapsulation); Han and Ki 2020 (eprint 2019/688, double angles); Kim et al. 2022 (arcsine).
#pragma once

#include <array>
#include <memory>

#include "bootstrap/decoding_transform.h"
#include "bootstrap/eval_mod.h"

namespace hetal::bootstrap {

/// What a bootstrap's transforms rotate by, steps to the highest level of use, from the parameters alone. A conjugation
/// at eval_mod_level() + 1 and relinearizations at eval_mod_level() come with them.
RotationLevels rotation_levels(const ckks::Parameters& parameters);
/// Bytes of all key files that a bootstrap needs.
std::uint64_t key_bytes(const ckks::Parameters& parameters);

class Bootstrapper {
 public:
  explicit Bootstrapper(const ckks::Context& context);

  /// The galois elements that a bootstrap uses, and the highest level at which it uses each.
  std::map<std::uint32_t, int> galois_levels() const;
  /// The highest level at which EvalMod relinearizes.
  int relinearization_level() const;

  /// Bootstraps real slots of at most Parameters::bootstrap_bound() in magnitude. Input: bootstrap_input_level() or
  /// above, canonical scale. Output: bootstrap_output_level(), canonical scale. Imaginary parts are discarded.
  /// parameters.cpp has the error of each set.
  ckks::Ciphertext real(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// Bootstraps complex slots, real and imaginary part each within the bound. EvalMod runs twice.
  ckks::Ciphertext complex(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// Bootstraps two ciphertexts of real slots together, as the real and the imaginary part of one.
  std::array<ckks::Ciphertext, 2> pair(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a,
                                       const ckks::Ciphertext& b) const;

 private:
  ckks::Ciphertext slots_to_coefficients(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// The bootstrapped real and imaginary parts of complex slots.
  std::array<ckks::Ciphertext, 2> parts(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// Stops before the last rescaling. The caller computes z + conj z first, so that the rescaling rounds once.
  ckks::Ciphertext coefficients_to_slots(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;

  const ckks::Context& context_;
  EvalMod eval_mod_;
  std::vector<std::unique_ptr<circuits::LinearTransform>> stc_, cts_;
};

}  // namespace hetal::bootstrap
