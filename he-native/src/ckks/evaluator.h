// Arithmetic on ciphertexts of one context.
#pragma once

#include <span>

#include "ckks/ciphertext.h"

namespace hetal::ckks {

/// Scales are compared exactly: each level has one canonical scale, and code that wants another says so. Functions
/// throw LevelError and ScaleError on unequal operands, MissingKey when a key is absent or shorter than needed.
class Evaluator {
 public:
  Evaluator(const Context& context, const EvaluationKeys& keys) : context_(context), keys_(keys) {}

  const Context& context() const { return context_; }

  Plaintext encode(const std::vector<std::complex<double>>& slots, int level, double scale) const;

  Ciphertext copy(const Ciphertext& a) const;
  Ciphertext add(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext sub(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext negate(const Ciphertext& a) const;
  Ciphertext add_constant(const Ciphertext& a, double constant) const;
  /// scale -> scale * constant_scale; exact when value * constant_scale is an integer.
  Ciphertext mul_constant(const Ciphertext& a, double value, double constant_scale) const;
  /// Times X^(N/2): every slot times i. No scale, no level, no key.
  Ciphertext mul_by_i(const Ciphertext& a) const;
  Ciphertext mul_plain(const Ciphertext& a, const Plaintext& b) const;

  /// Three parts, scale a.scale * b.scale.
  Ciphertext tensor(const Ciphertext& a, const Ciphertext& b) const;
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

  // -- key switching, for the circuits above -----------------------------------------------------------------------
  std::uint32_t galois_of(std::uint32_t steps) const { return context_.encoder().rotation(steps); }
  const SwitchingKey& galois_key(std::uint32_t galois, int level) const;
  const EvaluationKeys& keys() const { return keys_; }
  /// The digits of one polynomial at a level, each extended to the special primes.
  std::vector<RnsPoly> decompose(const RnsPoly& a, int level) const;
  /// (out0, out1) (+)= sum_j digits[j] * key[j], extended.
  void key_product(std::span<const RnsPoly> digits, const SwitchingKey& key, int level, RnsPoly& out0, RnsPoly& out1,
                   bool accumulate) const;

 private:
  void require_same(const char* what, const Ciphertext& a, const Ciphertext& b) const;

  const Context& context_;
  const EvaluationKeys& keys_;
};

}  // namespace hetal::ckks
