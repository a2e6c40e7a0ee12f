// Ciphertexts, plaintexts and evaluation keys as the evaluator sees them.
#pragma once

#include <complex>
#include <map>
#include <memory>
#include <vector>

#include "ckks/context.h"

namespace hetal::ckks {

/// c0 + c1 s (+ c2 s^2), evaluation form, all parts with level + 1 limbs.
struct Ciphertext {
  std::vector<RnsPoly> parts;
  int level = 0;
  double scale = 0;
};

/// One encoded polynomial: level + 1 limbs, then the special primes', in evaluation form. Slots of period p are a
/// polynomial in X^(slots / p), whose evaluations come in runs of equal ones: each limb keeps one word of a run, N >>
/// log_run words.
struct Plaintext {
  device::Buffer limbs;
  int log_run = 0;
  int level = 0;
  double scale = 0;
  device::PlainLimbs view() const { return {limbs.data(), log_run}; }
};

/// `slots`: 1 to N/2 values, a power of two of them, repeated. Cost: one NTT for each limb, on the host a transform of
/// floating point. Throws InvalidArgument for values that do not fit the level.
Plaintext encode(const Context& context, const std::vector<std::complex<double>>& slots, int level, double scale);

/// From one secret to another: for digit d, (b, a) with b = -a s_to + e + P g_d s_from, g_d one on the limbs of digit d
/// and zero elsewhere (Han and Ki 2020, eprint 2019/688). Limbs: q_0 .. q_level, then the special primes.
/// a of digit d is what Device::uniform makes of `seed` and stream `stream + d`, so only b need be stored.
struct SwitchingKey {
  int level = -1;
  std::vector<RnsPoly> b, a;
  Seed seed{};
  std::uint64_t stream = 0;
};

/// All that the evaluating side holds; KeyBundle fills it from files on first use. A rotation key for galois element g
/// switches from s to s under g^-1, so that the automorphism comes last, on two polynomials instead of every digit.
struct EvaluationKeys {
  EvaluationKeys() = default;
  EvaluationKeys(const EvaluationKeys&) = delete;
  EvaluationKeys& operator=(const EvaluationKeys&) = delete;
  virtual ~EvaluationKeys() = default;
  /// Null when there is none. Safe from several threads.
  virtual const SwitchingKey* find_galois(std::uint32_t element) const {
    const auto at = galois.find(element);
    return at == galois.end() ? nullptr : &at->second;
  }

  SwitchingKey relinearization;
  std::map<std::uint32_t, SwitchingKey> galois;
  /// Sparse-secret encapsulation: at q0 with one special prime, to the sparse secret; at the top level, back.
  RnsPoly to_sparse_b, to_sparse_a;
  Seed to_sparse_seed{};
  std::uint64_t to_sparse_stream = 0;
  SwitchingKey from_sparse;
};

}  // namespace hetal::ckks
