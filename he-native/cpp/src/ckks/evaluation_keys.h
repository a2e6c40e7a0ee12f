// The keys that an evaluator uses.
#pragma once

#include <map>
#include <vector>

#include "ckks/context.h"

namespace hetal::ckks {

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
