// The inner product of key switching, with the addend and the automorphism.
#pragma once

#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"
#include "device/cuda/pointwise.h"

namespace hetal::device::cuda {

inline constexpr std::uint32_t kMaxDigits = 8, kMaxSwitches = 8;

/// For each term in order: dst (+)= (sum_j digits[j] * keys[j] + addend) under X -> X^galois. A thread writes one word
/// of every dst. It reads the words at the place that the automorphism moves there, so terms may share a dst.
struct KeySwitchKernel {
  static constexpr int kPhases = 1;
  static constexpr unsigned kMaxThreads = kThreads;

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
  const Word* digits[kMaxDigits];
  Word scalar[kMaxLimbs], scalar_shoup[kMaxLimbs];
  Term terms[kMaxSwitches];

  template <int>
  HETAL_HD void run(const Place& at, Word*) const {
    each_word(limbs, at, [&](std::uint64_t start, std::uint32_t c, const Prime& p) {
      for (std::uint32_t k = 0; k < count; ++k) term(terms[k], at.block_y, start, c, p);
    });
  }

 private:
  HETAL_HD void term(const Term& term, std::uint32_t limb, std::uint64_t start, std::uint32_t c, const Prime& p) const {
    const std::uint32_t from = term.galois == 1 ? c : turned_index(c, term.galois, limbs.log_degree);
    const std::uint64_t to = start + c,
                        key_at = (static_cast<std::uint64_t>(term.key_limb[limb]) << limbs.log_degree) + from;
    Wide s0 = term.accumulate != 0 ? term.dst0[to] : 0, s1 = term.accumulate != 0 ? term.dst1[to] : 0;
    if (limb < addend_limbs) {
      s0 += added(addend0, start + from, limb, p);
      s1 += added(addend1, start + from, limb, p);
    }
    for (std::uint32_t j = 0; j < digit_count; ++j) {
      const Word digit = digits[j][start + from];
      s0 += static_cast<Wide>(digit) * term.k0[j][key_at];
      s1 += static_cast<Wide>(digit) * term.k1[j][key_at];
    }
    term.dst0[to] = reduced_wide(s0, p);
    term.dst1[to] = reduced_wide(s1, p);
  }

  HETAL_HD Word added(const Word* part, std::uint64_t i, std::uint32_t limb, const Prime& p) const {
    if (part == nullptr) return 0;
    return addend_scaled != 0 ? shoup_product(part[i], scalar[limb], scalar_shoup[limb], p.q) : part[i];
  }
};

}  // namespace hetal::device::cuda
