// Ciphertexts, plaintexts and evaluation keys as the evaluator sees them.
#pragma once

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

/// One encoded polynomial with level + 1 limbs.
struct Plaintext {
  RnsPoly poly;
  int level = 0;
  double scale = 0;
};

/// From one secret to another: for digit d, (b, a) with b = -a s_to + e + P g_d s_from, g_d one on the limbs of digit d
/// and zero elsewhere (Han and Ki 2020, eprint 2019/688). Limbs: q_0 .. q_level, then the special primes.
struct SwitchingKey {
  int level = -1;
  std::vector<RnsPoly> b, a;
};

/// All that the evaluating side holds. A rotation key for galois element g switches from s to s under g^-1, so that
/// the automorphism comes last, on two polynomials instead of every digit.
struct EvaluationKeys {
  SwitchingKey relinearization;
  std::map<std::uint32_t, SwitchingKey> galois;
  /// Sparse-secret encapsulation: at q0 with one special prime, to the sparse secret; at the top level, back.
  RnsPoly to_sparse_b, to_sparse_a;
  SwitchingKey from_sparse;
};

}  // namespace hetal::ckks
