// Bootstrapping with SlotsToCoeffs first: encrypted slots become coefficients while the modulus is small, the modulus
// is raised under a sparse secret, CoeffsToSlots brings the coefficients back into slots, EvalMod removes the
// multiples of q0. Sources: Cheon, Han, Kim, Kim, Song 2018; Bossuat, Troncoso-Pastoriza, Hubaux 2022 (eprint
// 2022/024, sparse-secret encapsulation); Han and Ki 2020 (eprint 2019/688, double angles); Kim et al. 2022 (arcsine).
#pragma once

#include <array>
#include <memory>
#include <set>

#include "circuits/linear_transform.h"

namespace hetal::bootstrap {

/// What a bootstrap's transforms rotate by, steps to the highest level of use, from the parameters alone. A conjugation
/// at eval_mod_level() + 1 and relinearisations at eval_mod_level() come with them.
std::map<std::uint32_t, int> rotation_levels(const ckks::Parameters& parameters);
/// Bytes of all key files that a bootstrap needs.
std::uint64_t key_bytes(const ckks::Parameters& parameters);

class Bootstrapper {
 public:
  explicit Bootstrapper(const ckks::Context& context);

  /// Galois elements and the highest level at which each is used.
  std::map<std::uint32_t, int> galois_levels() const;
  /// Of the relinearisations of EvalMod.
  int relinearization_level() const;

  /// Real slots of at most Parameters::bootstrap_bound(); any level from bootstrap_input_level() up; the canonical
  /// scale in and out. An imaginary part is discarded. Output: bootstrap_output_level().
  ckks::Ciphertext real(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// Complex slots, each part within the bound.
  ckks::Ciphertext complex(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// Two ciphertexts of real slots at one level, as the real and the imaginary part of one.
  std::array<ckks::Ciphertext, 2> pair(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a,
                                       const ckks::Ciphertext& b) const;

 private:
  ckks::Ciphertext slots_to_coefficients(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// The real and the imaginary part of complex slots, refreshed.
  std::array<ckks::Ciphertext, 2> parts(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  ckks::Ciphertext raise(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// Before its last rescaling: z + conj z is taken there, so that only the rounding of one part becomes noise.
  ckks::Ciphertext coefficients_to_slots(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// x in units of K q0, one rescaling above the EvalMod level, to the message at the output level.
  ckks::Ciphertext eval_mod(const ckks::Evaluator& evaluator, const ckks::Ciphertext& unrescaled) const;

  const ckks::Context& context_;
  double message_scale_;  // of the ciphertext whose modulus is raised
  std::vector<std::unique_ptr<circuits::LinearTransform>> stc_, cts_;
};

}  // namespace hetal::bootstrap
