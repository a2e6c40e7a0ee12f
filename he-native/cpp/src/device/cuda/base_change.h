// Base conversion (Halevi, Polyakov, Shoup 2018, section 2). The quotient is estimated in fixed point as on the CPU
// (device/cpu/kernels.h), so that it is the same integer on every device.
#pragma once

#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"
#include "device/cuda/pointwise.h"

namespace hetal::device::cuda {

inline constexpr std::uint32_t kMaxConversions = 16;
/// Targets per block. Fewer give more blocks, which a GPU needs for one digit; more mean that the sources are read less
/// often.
inline constexpr std::uint32_t kTargetsOfBlock = 8;

/// The constants of a conversion in device memory, as words:
/// source primes [terms], hat_inverse [terms], its Shoup constants [terms]; then for each target that is converted (a
/// digit's own limbs are copied): index of its limb, prime, negated product, hat [terms]. The last two are in the form
/// that the arithmetic reads.
struct ConversionTable {
  HETAL_HD static std::uint32_t header_words(std::uint32_t terms) { return 3 * terms; }
  HETAL_HD static std::uint32_t target_words(std::uint32_t terms) { return 3 + terms; }
};

struct ConversionJob {
  const Word* src;  ///< `terms` limbs in the coefficient domain
  Word* dst;        ///< in the coefficient domain
  const Word* table;
  std::uint32_t terms, targets;
};

/// The dst limb of each target becomes the centered value of the source modulo that prime. `scaled` sources are already
/// multiplied by hat_inverse. `Terms` is the number of terms for which a thread has registers. A thread converts one
/// coefficient.
template <class Arithmetic, std::uint32_t Terms>
struct ConvertKernel {
  static constexpr int kPhases = 2;
  static constexpr unsigned kMaxThreads = kThreads;

  const Prime* primes;
  std::uint32_t log_degree, scaled;
  std::uint32_t blocks_of_job;  ///< groups of targets; equal for all jobs
  ConversionJob jobs[kMaxConversions];

  template <int Phase>
  HETAL_HD void run(const Place& at, Word* shared) const {
    const ConversionJob& job = jobs[at.block_y / blocks_of_job];
    const std::uint32_t first = at.block_y % blocks_of_job * kTargetsOfBlock;
    if (first >= job.targets) return;
    const std::uint32_t count = job.targets - first < kTargetsOfBlock ? job.targets - first : kTargetsOfBlock;
    const std::uint32_t width = ConversionTable::target_words(job.terms);
    if constexpr (Phase == 0) {
      const Word* const from = job.table + ConversionTable::header_words(job.terms) + first * width;
      for (std::uint32_t i = at.thread; i < count * width; i += at.threads) shared[i] = from[i];
    } else {
      convert(job, at.block_x * at.threads + at.thread, count, shared);
    }
  }

 private:
  HETAL_HD void convert(const ConversionJob& job, std::uint32_t c, std::uint32_t count, const Word* targets) const {
    constexpr int kFractionBits = 40;
    const std::uint32_t terms = job.terms;
    typename Arithmetic::Value y[Terms] = {};
    Word fraction = 0;
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < Terms; ++i) {
      if (i >= terms) continue;
      const Prime& p = primes[job.table[i]];
      Word x = job.src[(static_cast<std::uint64_t>(i) << log_degree) + c];
      if (scaled == 0) x = shoup_product(x, job.table[terms + i], job.table[2 * terms + i], p.q);
      y[i] = Arithmetic::from_word(x, p);
      fraction += high_product(x << 6, p.reciprocal << 6);  // floor(x * reciprocal / 2^52)
    }
    const Word overflow = (fraction + (Word{1} << (kFractionBits - 1))) >> kFractionBits;
    for (std::uint32_t t = 0; t < count; ++t) {
      const Word* const target = targets + t * ConversionTable::target_words(terms);
      job.dst[(target[0] << log_degree) + c] =
          Arithmetic::dot(y, terms, overflow, target[2], target + 3, primes[target[1]]);
    }
  }
};

}  // namespace hetal::device::cuda
