// Bootstraps of few slots with one EvalMod, whether the slots are real or the real and imaginary parts of complex ones.
// With n = N/2 they are those of all slots of one real ciphertext.
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
// Counts at n16_l12, m = n / 2 of N/2 = 2^15 slots. An NTT is of one limb; a pass is one decomposition with all key
// products that use it. hetal_cuda_model counts both on the device interface. EvalMod is 2581 NTTs and 14 passes of
// each bootstrap, two of them of a full pair. All take 3 levels for SlotsToCoeffs, 11 for EvalMod, 3 for CoeffsToSlots.
//
//   real slots n       full    2^15    2^14    2^13    2^12    2^11
//   radices (log2)     5,5,5   4,5,5   4,4,5   4,4,4   3,4,4   3,3,4
//   terms of trace     1       2       4       8       16      32
//   NTTs               7067    6501    5701    5517    5123    4945
//   passes             57      50      42      39      35      32
//   keys               42      39      37      36      36      35
//   GB of key files    2.4     2.2     2.1     2.1     2.1     2.0
//   NTTs of a pair     9648    6685    5885    5701    5307    5129    each of n / 2 slots; full: of all
//   passes of a pair   71      52      44      41      37      34
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
