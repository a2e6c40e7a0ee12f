// Bootstraps of few slots with one EvalMod, whether the slots are real or the real and imaginary parts of complex ones.
//
// Slots that repeat with period n = 2m, real: the mask (1, i) makes y = (first half, i second half) of them. After
// SlotsToCoeffs on m slots and ModRaise, the trace sum_k rotate(y, m k), k < N / 2m, is a polynomial in X^(N / 2m): the
// first half plus i times the second, m complex slots, and 2m overflows I of at most kLargestOverflow, each times
// N / 2m. CoeffsToSlots on m slots writes w = (c_j + i c_(j+m)) q0 and, in the slots m to 2m, -i w, since its last
// factor has diagonals of period 2m; z + conj z is then (c_j, c_(j+m)): 2m real coefficients in 2m slots. EvalMod of it
// returns the real slots as they came in. The mask is part of the first factor's plaintexts, so that it takes no level.
//
// Two real ciphertexts of period m are a + i b, and need no mask. EvalMod returns (a, b) side by side in 2m slots. The
// mask (1/2, i/2) on the arcsine's coefficients, one rotation by m and one conjugation separate them.
//
// Counts at n16_l12. NTTs: of one limb. Key switches: decompositions + key products. A CoeffsToSlots factor of 2^r
// (the last stages) or 2^(r+1) - 1 diagonals has 7 baby steps from one decomposition and up to 7 giant steps, each with
// a decomposition. `hetal_bench` has the seconds, tests/unit/bootstrap the count of keys.
//
//   slots n (real)      full, 2^15   2^15     2^14     2^13     2^12     2^11
//   m                   2^15         2^14     2^13     2^12     2^11     2^10
//   radices (log2)      5,5,5        4,5,5    4,4,5    4,4,4    3,4,4    3,3,4
//@COUNTS@
#pragma once

#include <array>
#include <memory>

#include "bootstrap/decoding_transform.h"
#include "bootstrap/eval_mod.h"

namespace hetal::bootstrap {

/// The fewest real slots of a sparse bootstrap: each factor has one stage or more.
std::uint32_t fewest_sparse_slots(const ckks::Parameters& parameters);
/// The rotations of a SparseBootstrapper. A conjugation at eval_mod_level() + 1 and relinearizations at
/// eval_mod_level() come with them.
RotationLevels sparse_rotation_levels(const ckks::Parameters& parameters, std::uint32_t slots);

class SparseBootstrapper {
 public:
  /// For `slots` real slots at once: a power of two, fewest_sparse_slots() to N/2. Throws InvalidArgument.
  SparseBootstrapper(const ckks::Context& context, std::uint32_t slots);

  /// The galois elements that a bootstrap uses, and the highest level at which it uses each.
  std::map<std::uint32_t, int> galois_levels() const;

  /// Bootstraps real slots that repeat with period `slots`. Otherwise as Bootstrapper::real. Slots that do not repeat
  /// are replaced by the mean of the slots that should be equal.
  ckks::Ciphertext real(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// Bootstraps two ciphertexts of real slots that repeat with period `slots` / 2.
  std::array<ckks::Ciphertext, 2> pair(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a,
                                       const ckks::Ciphertext& b) const;

 private:
  using Transform = std::unique_ptr<circuits::LinearTransform>;

  /// z + conj z for the slots z of CoeffsToSlots, before its last rescaling. `first` is the first factor of
  /// SlotsToCoeffs.
  ckks::Ciphertext coefficients(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a,
                                const circuits::LinearTransform& first) const;
  /// sum_k rotate(a, m k) for k < N / 2m.
  ckks::Ciphertext trace(const ckks::Evaluator& evaluator, ckks::Ciphertext a) const;

  const ckks::Context& context_;
  std::uint32_t half_;  // m
  EvalMod eval_mod_, separating_eval_mod_;
  Transform first_of_real_, first_of_pair_;
  std::vector<Transform> stc_, cts_;  // stc_ without its first factor
};

}  // namespace hetal::bootstrap
