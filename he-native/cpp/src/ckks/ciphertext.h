// Ciphertexts, plaintexts and evaluation keys.
#pragma once

#include <complex>
#include <map>
#include <memory>
#include <vector>

#include "ckks/context.h"

namespace hetal::ckks {

/// Decrypts as c0 + c1 s (+ c2 s^2). Evaluation form; every part has level + 1 limbs.
struct Ciphertext {
  std::vector<RnsPoly> parts;
  int level = 0;
  double scale = 0;
};

/// One encoded polynomial: level + 1 limbs, then those of the special primes, in evaluation form. Slots of period p
/// give a polynomial in X^(slots / p). Its evaluations come in runs of equal values, and each limb stores one word per
/// run: N >> log_run words.
struct Plaintext {
  device::Buffer limbs;
  int log_run = 0;
  int level = 0;
  double scale = 0;
  device::PlainLimbs view() const { return {limbs.data(), log_run}; }
};

/// `slots`: 1 to N/2 values, a power of two of them, repeated to fill the slots. Cost: one floating-point transform on
/// the host and one NTT per limb. Throws InvalidArgument for values that do not fit the level.
Plaintext encode(const Context& context, const std::vector<std::complex<double>>& slots, int level, double scale);

/// Switches from the secret s_from to s_to. For digit d, (b, a) with b = -a s_to + e + P g_d s_from, where g_d is one
/// on the limbs of digit d and zero elsewhere (Han and Ki 2020, eprint 2019/688). Limbs: q_0 .. q_level, then the
/// special primes. Device::uniform expands `seed` and stream `stream + d` to the a of digit d, so that files store only
/// b.
struct SwitchingKey {
  int level = -1;
  std::vector<RnsPoly> b, a;
  Seed seed{};
  std::uint64_t stream = 0;
};

/// All keys for evaluation. KeyBundle loads them from files on first use. The rotation key for galois element g
/// switches from s to s under g^-1. The automorphism then comes last and is applied to two polynomials instead of every
/// digit.
struct EvaluationKeys {
  EvaluationKeys() = default;
  EvaluationKeys(const EvaluationKeys&) = delete;
  EvaluationKeys& operator=(const EvaluationKeys&) = delete;
  virtual ~EvaluationKeys() = default;
  /// Null if there is no such key. May be called from several threads.
  virtual const SwitchingKey* find_galois(std::uint32_t element) const {
    const auto at = galois.find(element);
    return at == galois.end() ? nullptr : &at->second;
  }

  SwitchingKey relinearization;
  std::map<std::uint32_t, SwitchingKey> galois;
  /// Sparse-secret encapsulation: to_sparse switches to the sparse secret, modulo q0 and one special prime; from_sparse
  /// switches back at the top level.
  RnsPoly to_sparse_b, to_sparse_a;
  Seed to_sparse_seed{};
  std::uint64_t to_sparse_stream = 0;
  SwitchingKey from_sparse;
};

}  // namespace hetal::ckks
