// Multiplies the slots by a matrix that is given by its diagonals: baby-step giant-step with double hoisting
// (Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux, Eurocrypt 2021, algorithm 6).
#pragma once

#include <complex>
#include <map>
#include <vector>

#include "ckks/evaluator.h"

namespace hetal::circuits {

/// Diagonal d holds D_d[i] in (M v)[i] = sum_d D_d[i] v[i + d], with i + d modulo the slot count.
using Diagonals = std::map<std::uint32_t, std::vector<std::complex<double>>>;

class LinearTransform {
 public:
  /// Each diagonal has a power of two of values, which are repeated to fill the slots. Its index is a multiple of
  /// `stride`. The plaintexts are encoded at `level` with scale q_level, so that `apply` does not change the
  /// ciphertext's scale.
  LinearTransform(const ckks::Context& context, const Diagonals& diagonals, std::uint32_t stride, int baby_steps,
                  int level);

  int level() const { return level_; }
  /// The steps of all rotations in `apply`, without 0.
  std::vector<std::uint32_t> rotations() const;
  /// Level l to l - 1, scale unchanged. Keys: rotations() at level l. Cost: one decomposition for all baby steps, one
  /// per giant step, one key product per rotation.
  ckks::Ciphertext apply(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;
  /// `apply` without the rescaling: level unchanged, scale times q_level.
  ckks::Ciphertext apply_unrescaled(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const;

 private:
  ckks::Ciphertext reduced(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a, int rescaled) const;

  int level_;
  std::vector<std::uint32_t> babies_, giants_;
  std::vector<ckks::Plaintext> storage_;
  std::vector<device::PlainLimbs> plain_;  // views of storage_: [giant][baby]
};

}  // namespace hetal::circuits
