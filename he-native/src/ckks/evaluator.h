// Arithmetic on ciphertexts of one context.
#pragma once

#include <mutex>
#include <span>

#include "ckks/ciphertext.h"

namespace hetal::ckks {

/// Scales are compared exactly: each level has one canonical scale, and code that wants another says so. Functions
/// throw LevelError and ScaleError on unequal operands, MissingKey when a key is absent or shorter than needed.
class Evaluator {
 public:
  Evaluator(const Context& context, const EvaluationKeys& keys) : context_(context), keys_(keys) {}

  const Context& context() const { return context_; }

  /// 1 to N/2 slots, a power of two of them, repeated. One NTT a limb, special primes included.
  Plaintext encode(const std::vector<std::complex<double>>& slots, int level, double scale) const;

  Ciphertext copy(const Ciphertext& a) const;
  Ciphertext add(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext sub(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext negate(const Ciphertext& a) const;
  /// Equal levels and scales.
  Ciphertext add_plain(const Ciphertext& a, const Plaintext& b) const;
  Ciphertext sub_plain(const Ciphertext& a, const Plaintext& b) const;
  Ciphertext add_constant(const Ciphertext& a, double constant) const { return add_constant(copy(a), constant); }
  /// In the storage of `a`.
  Ciphertext add_constant(Ciphertext&& a, double constant) const;
  /// scale -> scale * constant_scale; exact when value * constant_scale is an integer.
  Ciphertext mul_constant(const Ciphertext& a, double value, double constant_scale) const;
  /// Exact; level and scale stay.
  Ciphertext mul_integer(const Ciphertext& a, std::int64_t factor) const;
  /// Times X^(N/2): every slot times i. No scale, no level, no key.
  Ciphertext mul_by_i(const Ciphertext& a) const;
  Ciphertext mul_plain(const Ciphertext& a, const Plaintext& b) const;
  /// sum a[i] * b[i] in one pass; equal levels and scales, one term or more.
  Ciphertext mul_plain_sum(std::span<const Ciphertext* const> a, std::span<const Plaintext* const> b) const;

  /// Three parts, scale a.scale * b.scale.
  Ciphertext tensor(const Ciphertext& a, const Ciphertext& b) const;
  /// sum a[i] * b[i], three parts, in one pass; two parts, equal levels and scales throughout, one term or more.
  Ciphertext tensor_sum(std::span<const Ciphertext* const> a, std::span<const Ciphertext* const> b) const;
  Ciphertext relinearize(const Ciphertext& a) const;
  /// level - 1, scale / q_level. One mod_down a part.
  Ciphertext rescale(const Ciphertext& a) const;
  /// tensor, relinearize, rescale.
  Ciphertext mul(const Ciphertext& a, const Ciphertext& b) const;
  /// From the canonical scale of its level to the canonical scale of a lower one.
  Ciphertext drop_to_level(const Ciphertext& a, int level) const;
  /// Forgets limbs; the scale stays.
  Ciphertext truncate(const Ciphertext& a, int level) const;

  /// To the left by `steps`, 0 <= steps < N/2.
  Ciphertext rotate(const Ciphertext& a, std::uint32_t steps) const;
  Ciphertext conjugate(const Ciphertext& a) const;
  Ciphertext apply_galois(const Ciphertext& a, std::uint32_t galois) const;

  // ---- several rotations at once (evaluator_rotations.cpp); steps in [0, N/2), step 0 is the ciphertext itself ----
  /// rotate(a, steps[i]) for each i with one decomposition (hoisting).
  std::vector<Ciphertext> rotate_all(const Ciphertext& a, std::span<const std::uint32_t> steps) const;
  /// sum rotate(a, steps[i]): one decomposition, a key product a step, one division by the special primes.
  Ciphertext rotate_sum(const Ciphertext& a, std::span<const std::uint32_t> steps) const;
  /// sum rotate(a[i], steps[i]): a decomposition and a key product each, one division by the special primes.
  Ciphertext sum_rotated(std::span<const Ciphertext* const> a, std::span<const std::uint32_t> steps) const;
  /// For each row o of `factors` (steps.size() plaintexts, null for none, not all null): sum over t of
  /// factors[o][t] * rotate(a, steps[t]). One decomposition, a key product a step, one division a row. Level unchanged,
  /// scale a.scale * factor scale. (Bossuat et al. 2021, algorithm 6, without giant steps.)
  std::vector<Ciphertext> multiply_rotated(const Ciphertext& a, std::span<const std::uint32_t> steps,
                                           const std::vector<std::vector<const Plaintext*>>& factors) const;

  // ---- key switching, for the circuits above ----
  std::uint32_t galois_of(std::uint32_t steps) const { return context_.encoder().rotation(steps); }
  const SwitchingKey& galois_key(std::uint32_t galois, int level) const;
  const EvaluationKeys& keys() const { return keys_; }
  /// The digits of one polynomial at a level, each extended to the special primes.
  std::vector<RnsPoly> decompose(const RnsPoly& a, int level) const;
  /// (out0, out1) (+)= sum_j digits[j] * key[j], extended.
  void key_product(std::span<const RnsPoly> digits, const SwitchingKey& key, int level, RnsPoly& out0, RnsPoly& out1,
                   bool accumulate) const;

 private:
  /// The chain limbs 0 to `level` of a, each times its scalar.
  Ciphertext scaled(const Ciphertext& a, int level, double scale, std::span<const Word> scalars) const;
  void require_same(const char* what, const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext with_plain(const char* what, const Ciphertext& a, const Plaintext& b, bool subtract) const;
  /// The constant polynomials 1 and X^(N/2) with all limbs, made on first use.
  const RnsPoly& one() const { return monomial(one_once_, one_, 0); }
  const RnsPoly& imaginary_unit() const { return monomial(i_once_, i_, context_.n() / 2); }
  const RnsPoly& monomial(std::once_flag& once, RnsPoly& poly, std::size_t exponent) const;

  const Context& context_;
  const EvaluationKeys& keys_;
  mutable std::once_flag one_once_, i_once_;
  mutable RnsPoly one_, i_;
};

}  // namespace hetal::ckks
