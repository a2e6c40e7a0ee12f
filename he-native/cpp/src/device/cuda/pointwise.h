// Kernels in which a word depends only on words at the same place, or at the place that an automorphism moves there.
#pragma once

#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"

namespace hetal::device::cuda {

/// The most limbs of one launch.
inline constexpr std::uint32_t kMaxLimbs = 64;
/// The number of words of a limb per block. A shorter limb has one block.
inline constexpr std::uint32_t kSpan = 1024, kThreads = 256;

/// The primes of the limbs, and the words of each block.
struct LimbSet {
  const Prime* primes;
  std::uint32_t log_degree;
  std::uint16_t prime[kMaxLimbs];

  HETAL_HD const Prime& prime_of(std::uint32_t limb) const { return primes[prime[limb]]; }
  HETAL_HD std::uint64_t limb_start(std::uint32_t limb) const { return static_cast<std::uint64_t>(limb) << log_degree; }
  HETAL_HD std::uint32_t span() const { return (1u << log_degree) < kSpan ? 1u << log_degree : kSpan; }
};

/// Calls body(offset of the limb, index of the word in the limb, prime) for each word of this thread.
template <typename Body>
HETAL_HD void each_word(const LimbSet& limbs, const Place& at, const Body& body) {
  const Prime& p = limbs.prime_of(at.block_y);
  const std::uint32_t start = at.block_x * limbs.span();
  for (std::uint32_t c = start + at.thread; c < start + limbs.span(); c += at.threads) {
    body(limbs.limb_start(at.block_y), c, p);
  }
}

/// Evaluation i is that at psi^(2 bitrev(i) + 1). Under X -> X^galois it becomes the evaluation at the galois-th power
/// of that point. Every aligned run of eight words comes from one aligned run of eight, so whole sectors are read.
HETAL_HD std::uint32_t bit_reversed(std::uint32_t x, std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __brev(x) >> (32 - bits);
#else
  std::uint32_t r = 0;
  for (std::uint32_t i = 0; i < bits; ++i) r |= ((x >> i) & 1u) << (bits - 1 - i);
  return r;
#endif
}
HETAL_HD std::uint32_t turned_index(std::uint32_t i, std::uint32_t galois, std::uint32_t bits) {
  const std::uint32_t exponent = (2 * bit_reversed(i, bits) + 1) * galois;  // modulo 2^32, a multiple of 2N
  return bit_reversed((exponent & ((2u << bits) - 1)) / 2, bits);
}
/// The automorphism that undoes X -> X^galois, modulo 2^32: Newton's iteration doubles the number of correct bits.
inline std::uint32_t inverse_galois(std::uint32_t galois) {
  std::uint32_t x = galois;  // correct modulo 8
  for (int bits = 3; bits < 32; bits *= 2) x *= 2 - galois * x;
  return x;
}

enum class Pointwise { add, sub, negate, mul, mul_scalar, mul_scalar_add };

/// dst = a op b. The operation uses `b` or `scalars` or neither. dst may be a or b.
template <Pointwise Operation>
struct PointwiseKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  LimbSet limbs;
  Word* dst;
  const Word *a, *b;
  Word scalar[kMaxLimbs], scalar_shoup[kMaxLimbs];

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    each_word(limbs, at, [&](std::uint64_t limb, std::uint32_t c, const Prime& p) {
      dst[limb + c] = value(limb + c, at.block_y, p);
    });
  }

 private:
  HETAL_HD Word value(std::uint64_t i, std::uint32_t limb, const Prime& p) const {
    if constexpr (Operation == Pointwise::add) return sum_mod(a[i], b[i], p.q);
    if constexpr (Operation == Pointwise::sub) return difference_mod(a[i], b[i], p.q);
    if constexpr (Operation == Pointwise::negate) return negated_mod(a[i], p.q);
    if constexpr (Operation == Pointwise::mul) return reduced_wide(static_cast<Wide>(a[i]) * b[i], p);
    if constexpr (Operation == Pointwise::mul_scalar) return shoup_product(a[i], scalar[limb], scalar_shoup[limb], p.q);
    if constexpr (Operation == Pointwise::mul_scalar_add) {
      return sum_mod(dst[i], shoup_product(a[i], scalar[limb], scalar_shoup[limb], p.q), p.q);
    }
  }
};

inline constexpr std::uint32_t kMaxTensorTerms = 16;

/// d0 (+)= sum a0 b0, d1 (+)= sum (a0 b1 + a1 b0), d2 (+)= sum a1 b1.
struct TensorKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  struct Term {
    const Word *a0, *a1, *b0, *b1;
  };
  LimbSet limbs;
  Word *d0, *d1, *d2;
  std::uint32_t count, accumulate;
  Term terms[kMaxTensorTerms];

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    each_word(limbs, at, [&](std::uint64_t limb, std::uint32_t c, const Prime& p) {
      const std::uint64_t i = limb + c;
      Wide s0 = accumulate != 0 ? d0[i] : 0, s1 = accumulate != 0 ? d1[i] : 0, s2 = accumulate != 0 ? d2[i] : 0;
      for (std::uint32_t t = 0; t < count; ++t) {
        const Word a0 = terms[t].a0[i], a1 = terms[t].a1[i], b0 = terms[t].b0[i], b1 = terms[t].b1[i];
        s0 += static_cast<Wide>(a0) * b0;
        s1 += static_cast<Wide>(a0) * b1 + static_cast<Wide>(a1) * b0;
        s2 += static_cast<Wide>(a1) * b1;
      }
      d0[i] = reduced_wide(s0, p);
      d1[i] = reduced_wide(s1, p);
      d2[i] = reduced_wide(s2, p);
    });
  }
};

inline constexpr std::uint32_t kMaxSources = 16, kMaxDestinations = 8;

/// dst[g] (+)= sum_b src[b] * plain[g][b]. Each thread keeps its words of all sources in shared memory.
struct PlainMatrixKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  struct Factor {
    const Word* data;  ///< limb 0; null if absent
    std::uint32_t log_run;
  };
  LimbSet limbs;
  std::uint32_t first_limb;  ///< index in the plaintexts of this launch's limb 0
  std::uint32_t sources, destinations, accumulate;
  const Word* src[kMaxSources];
  Word* dst[kMaxDestinations];
  Factor plain[kMaxDestinations * kMaxSources];

  template <int>
  HETAL_HD void run(const Place& at, Word* shared) const {
    each_word(limbs, at, [&](std::uint64_t start, std::uint32_t c, const Prime& p) {
      const std::uint64_t i = start + c;
      for (std::uint32_t s = 0; s < sources; ++s) shared[s * at.threads + at.thread] = src[s][i];
      for (std::uint32_t g = 0; g < destinations; ++g) {
        Wide sum = accumulate != 0 ? dst[g][i] : 0;
        for (std::uint32_t s = 0; s < sources; ++s) {
          const Factor& factor = plain[g * kMaxSources + s];
          if (factor.data == nullptr) continue;
          const std::uint64_t limb = static_cast<std::uint64_t>(first_limb + at.block_y)
                                     << (limbs.log_degree - factor.log_run);
          sum += static_cast<Wide>(shared[s * at.threads + at.thread]) * factor.data[limb + (c >> factor.log_run)];
        }
        dst[g][i] = reduced_wide(sum, p);
      }
    });
  }
};

/// dst = src under X -> X^galois.
struct AutomorphismKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  LimbSet limbs;
  Word* dst;
  const Word* src;
  std::uint32_t galois;

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    each_word(limbs, at, [&](std::uint64_t limb, std::uint32_t c, const Prime&) {
      dst[limb + c] = src[limb + turned_index(c, galois, limbs.log_degree)];
    });
  }
};

/// Converts signed 64-bit integers to residues.
struct FromSignedKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  LimbSet limbs;
  Word* dst;
  const Word* integers;  ///< N integers in two's complement

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    each_word(limbs, at, [&](std::uint64_t limb, std::uint32_t c, const Prime& p) {
      dst[limb + c] = signed_mod(static_cast<std::int64_t>(integers[c]), p);
    });
  }
};

/// Converts residues modulo `from`, as integers in (-from/2, from/2], to residues modulo each prime.
struct LiftCenteredKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  LimbSet limbs;
  Word* dst;
  const Word* src;
  Word from;

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    each_word(limbs, at, [&](std::uint64_t limb, std::uint32_t c, const Prime& p) {
      const Word x = src[c];
      dst[limb + c] =
          signed_mod(static_cast<std::int64_t>(x) - (x > from / 2 ? static_cast<std::int64_t>(from) : 0), p);
    });
  }
};

/// Copies limbs: the own limbs of a digit, beside those that are converted.
struct CopyKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  std::uint32_t degree, span;
  const Word* src[kMaxLimbs];
  Word* dst[kMaxLimbs];

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    const std::uint32_t start = at.block_x * span;
    for (std::uint32_t c = start + at.thread; c < start + span; c += at.threads) {
      dst[at.block_y][c] = src[at.block_y][c];
    }
  }
};

}  // namespace hetal::device::cuda
