// The inner product of key switching, with the addend and the automorphism.
#pragma once

#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"
#include "device/cuda/ntt.h"
#include "device/cuda/pointwise.h"

namespace hetal::device::cuda {

inline constexpr std::uint32_t kMaxDigits = 8, kMaxSwitches = 8;

/// What the kernels of key switching have in common: keys and destinations of each result, and the addend.
struct KeySwitch {
  struct Term {
    const Word *k0[kMaxDigits], *k1[kMaxDigits];
    Word *dst0, *dst1;
    std::uint32_t galois, accumulate;
    std::uint16_t key_limb[kMaxLimbs];
  };
  LimbSet limbs;
  std::uint32_t digit_count, count;
  std::uint32_t addend_limbs;  ///< number of this launch's limbs to which the addend is added, from the first
  std::uint32_t addend_scaled;
  const Word *addend0, *addend1;
  Word scalar[kMaxLimbs], scalar_shoup[kMaxLimbs];
  Term terms[kMaxSwitches];

  /// dst[to] (+)= sum_j digit(j) * keys[j][from] + addend[from], in one limb.
  template <typename Digit>
  HETAL_HD void write(const Term& term, std::uint32_t limb, std::uint32_t from, std::uint32_t to, const Prime& p,
                      const Digit& digit) const {
    const std::uint64_t start = limbs.limb_start(limb), key_at = limbs.limb_start(term.key_limb[limb]) + from;
    Wide s0 = term.accumulate != 0 ? term.dst0[start + to] : 0, s1 = term.accumulate != 0 ? term.dst1[start + to] : 0;
    if (limb < addend_limbs) {
      s0 += added(addend0, start + from, limb, p);
      s1 += added(addend1, start + from, limb, p);
    }
    for (std::uint32_t j = 0; j < digit_count; ++j) {
      const Word x = digit(j);
      s0 += static_cast<Wide>(x) * term.k0[j][key_at];
      s1 += static_cast<Wide>(x) * term.k1[j][key_at];
    }
    term.dst0[start + to] = reduced_wide(s0, p);
    term.dst1[start + to] = reduced_wide(s1, p);
  }

 private:
  HETAL_HD Word added(const Word* part, std::uint64_t i, std::uint32_t limb, const Prime& p) const {
    if (part == nullptr) return 0;
    return addend_scaled != 0 ? shoup_product(part[i], scalar[limb], scalar_shoup[limb], p.q) : part[i];
  }
};

/// For each term in order: dst (+)= (sum_j digits[j] * keys[j] + addend) under X -> X^galois. A thread writes one word
/// of every dst. It reads the words at the place that the automorphism moves there, so terms may share a dst.
struct KeySwitchKernel : KeySwitch {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

  const Word* digits[kMaxDigits];

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    each_word(limbs, at, [&](std::uint64_t start, std::uint32_t to, const Prime& p) {
      for (std::uint32_t k = 0; k < count; ++k) {
        const Term& term = terms[k];
        const std::uint32_t from = term.galois == 1 ? to : turned_index(to, term.galois, limbs.log_degree);
        write(term, at.block_y, from, to, p, [&](std::uint32_t j) { return digits[j][start + from]; });
      }
    });
  }
};

/// The last pass of the forward transforms of all digits, and their products with the keys. A block transforms its
/// words of each digit in shared memory. A word of a digit's own limb is read from the polynomial that was decomposed.
/// A thread writes where the automorphism moves the words that it reads, so terms must have different destinations.
/// Here `galois` of a term is the inverse of that of KeySwitchKernel.
template <class Arithmetic, int Stages>
struct SwitchPass : KeySwitch {
  static constexpr int kPhases = kTiles<Stages> + 1;
  static constexpr unsigned kMaxThreads = kColumns * (1u << Stages) / kElements;
  /// Of large rings 768 threads of 80 registers. Left to itself, the compiler spills in one version.
  static constexpr unsigned kMinBlocks = Stages < 7 ? 1 : 768 / kMaxThreads;
  static constexpr std::uint16_t kNone = 0xffff;

  struct Own {
    std::uint16_t digit, limb;  ///< the digit with this limb, or kNone, and the limb's place in `source`
  };
  const typename Arithmetic::Twiddle* twiddles;
  PassShape shape;
  const Word* source;
  const Word* digits[kMaxDigits];  ///< after all passes but the last
  Own own[kMaxLimbs];

  template <int Phase>
  HETAL_HD void run(const Place& at, Word* shared) const {
    const Prime p = limbs.prime_of(at.block_y);
    if constexpr (Phase < kTiles<Stages>) {
      transform<Phase>(at, p, shared);
    } else {
      multiply(at, p, shared);
    }
  }

 private:
  HETAL_HD std::uint32_t words() const { return shape.columns << Stages; }

  template <int Index>
  HETAL_HD void transform(const Place& at, const Prime& p, Word* shared) const {
    const PassPlace place = pass_place<Stages>(shape, at);
    for (std::uint32_t j = 0; j < digit_count; ++j) {
      if (own[at.block_y].digit == j) continue;
      forward_tile<Arithmetic, Stages, Index>(shape, twiddles, limbs.prime[at.block_y], p, place,
                                              digits[j] + limbs.limb_start(at.block_y), nullptr,
                                              shared + j * (words() + words() / kElements));
    }
  }

  HETAL_HD void multiply(const Place& at, const Prime& p, const Word* shared) const {
    const Own mine = own[at.block_y];
    const Word* const from_source = source + limbs.limb_start(mine.digit == kNone ? 0 : mine.limb);
    for (std::uint32_t i = at.thread; i < words(); i += at.threads) {
      const std::uint32_t from = at.block_x * words() + i;
      for (std::uint32_t k = 0; k < count; ++k) {
        const Term& term = terms[k];
        const std::uint32_t to = term.galois == 1 ? from : turned_index(from, term.galois, limbs.log_degree);
        write(term, at.block_y, from, to, p, [&](std::uint32_t j) {
          return j == mine.digit ? from_source[from] : shared[j * (words() + words() / kElements) + i + i / kElements];
        });
      }
    }
  }
};

}  // namespace hetal::device::cuda
