// Arithmetic on the ciphertexts of one context.
#pragma once

#include <mutex>
#include <span>

#include "ckks/ciphertext.h"
#include "ckks/evaluation_keys.h"
#include "ckks/plaintext.h"

namespace hetal::ckks {

/// Each level has one canonical scale; code that uses another sets it explicitly. Scales are compared exactly.
/// Functions throw LevelError or ScaleError for unequal operands, and MissingKey if a key is absent or ends below the
/// level.
class Evaluator {
 public:
  Evaluator(const Context& context, const EvaluationKeys& keys) : context_(context), keys_(keys) {}

  const Context& context() const { return context_; }

  /// See ckks::encode.
  Plaintext encode(const std::vector<std::complex<double>>& slots, int level, double scale) const;

  Ciphertext copy(const Ciphertext& a) const;
  Ciphertext add(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext sub(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext negate(const Ciphertext& a) const;
  /// Equal levels and scales of ciphertext and plaintext.
  Ciphertext add_plain(const Ciphertext& a, const Plaintext& b) const;
  Ciphertext sub_plain(const Ciphertext& a, const Plaintext& b) const;
  Ciphertext add_constant(const Ciphertext& a, double constant) const { return add_constant(copy(a), constant); }
  /// Reuses the memory of `a`.
  Ciphertext add_constant(Ciphertext&& a, double constant) const;
  /// The scale becomes scale * constant_scale. Exact if value * constant_scale is an integer.
  Ciphertext mul_constant(const Ciphertext& a, double value, double constant_scale) const;
  /// The product of `a` truncated to `level`, in one pass.
  Ciphertext mul_constant(const Ciphertext& a, double value, double constant_scale, int level) const;
  /// sum += value * a, truncated to the level of the sum, at its scale. The sum may have more parts.
  void add_multiple(Ciphertext& sum, const Ciphertext& a, double value) const;
  /// Exact. Level and scale do not change.
  Ciphertext mul_integer(const Ciphertext& a, std::int64_t factor) const;
  /// Multiplies by X^(N/2), that is every slot by i. Level and scale do not change; no key.
  Ciphertext mul_by_i(const Ciphertext& a) const;
  Ciphertext mul_plain(const Ciphertext& a, const Plaintext& b) const;
  /// sum a[i] * b[i] in one pass. Equal levels, equal products of scales, one term or more.
  Ciphertext mul_plain_sum(std::span<const Ciphertext* const> a, std::span<const Plaintext* const> b) const;

  /// The product with three parts. Scale a.scale * b.scale.
  Ciphertext tensor(const Ciphertext& a, const Ciphertext& b) const;
  /// sum a[i] * b[i] with three parts, in one pass. Operands of two parts, equal levels, equal products of scales, one
  /// term or more.
  Ciphertext tensor_sum(std::span<const Ciphertext* const> a, std::span<const Ciphertext* const> b) const;
  /// The same sum of operands truncated to `level`, without copies. `scale` is that of the result; the products of
  /// scales equal it but for rounding.
  Ciphertext tensor_sum(std::span<const Ciphertext* const> a, std::span<const Ciphertext* const> b, int level,
                        double scale) const;
  /// Three parts to two with one key switch. A copy if there are two.
  Ciphertext relinearize(const Ciphertext& a) const;
  /// Level l to l - 1, scale to scale / q_l. Cost: l + 1 NTTs per part.
  Ciphertext rescale(const Ciphertext& a) const;
  /// tensor, relinearize, rescale.
  Ciphertext mul(const Ciphertext& a, const Ciphertext& b) const;
  /// From the canonical scale of its level to that of a lower level. Cost: level + 2 NTTs per part; a copy if the
  /// levels are equal.
  Ciphertext drop_to_level(const Ciphertext& a, int level) const;
  /// Drops limbs. The scale does not change.
  Ciphertext truncate(const Ciphertext& a, int level) const;

  /// Rotates to the left by `steps`, 0 <= steps < N/2. One key switch.
  Ciphertext rotate(const Ciphertext& a, std::uint32_t steps) const;
  Ciphertext conjugate(const Ciphertext& a) const;
  Ciphertext apply_galois(const Ciphertext& a, std::uint32_t galois) const;

  // ---- several rotations at once (evaluator_rotations.cpp); steps in [0, N/2), step 0 is the ciphertext itself ----
  /// rotate(a, steps[i]) for each i with one decomposition (hoisting).
  std::vector<Ciphertext> rotate_all(const Ciphertext& a, std::span<const std::uint32_t> steps) const;
  /// sum rotate(a, steps[i]). Cost: one decomposition, one key product per step, one division by the special primes.
  Ciphertext rotate_sum(const Ciphertext& a, std::span<const std::uint32_t> steps) const;
  /// sum rotate(a[i], steps[i]). Cost: one decomposition and one key product per term, one division by the special
  /// primes.
  Ciphertext sum_rotated(std::span<const Ciphertext* const> a, std::span<const std::uint32_t> steps) const;
  /// For each row o of `factors`: sum over t of factors[o][t] * rotate(a, steps[t]). A row has steps.size() plaintexts;
  /// null is an absent one, and not all are null. Cost: one decomposition, one key product per step, one division by
  /// the special primes per row. The level does not change; the scale becomes a.scale * factor scale. (Bossuat et al.
  /// 2021, algorithm 6, without giant steps.)
  std::vector<Ciphertext> multiply_rotated(const Ciphertext& a, std::span<const std::uint32_t> steps,
                                           const std::vector<std::vector<const Plaintext*>>& factors) const;

  // ---- key switching, for the circuits above ----
  std::uint32_t galois_of(std::uint32_t steps) const { return context_.encoder().rotation(steps); }
  const SwitchingKey& galois_key(std::uint32_t galois, int level) const;
  const EvaluationKeys& keys() const { return keys_; }
  /// The key-switching digits of a polynomial at a level, each extended to all limbs and the special primes.
  std::vector<RnsPoly> decompose(const RnsPoly& a, int level) const;

 private:
  /// The chain limbs 0 to `level` of a, each multiplied by its scalar.
  Ciphertext scaled(const Ciphertext& a, int level, double scale, std::span<const Word> scalars) const;
  void require_same(const char* what, const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext with_plain(const char* what, const Ciphertext& a, const Plaintext& b, bool subtract) const;
  /// The constant polynomials 1 and X^(N/2) with all limbs, computed on first use.
  const RnsPoly& one() const { return monomial(one_once_, one_, 0); }
  const RnsPoly& imaginary_unit() const { return monomial(i_once_, i_, context_.n() / 2); }
  const RnsPoly& monomial(std::once_flag& once, RnsPoly& poly, std::size_t exponent) const;

  const Context& context_;
  const EvaluationKeys& keys_;
  mutable std::once_flag one_once_, i_once_;
  mutable RnsPoly one_, i_;
};

}  // namespace hetal::ckks
