// Arithmetic modulo a prime below 2^50 for GPUs, in two versions that give the same residues. It also compiles for the
// host, where every operation rounds as on the GPU: IEEE 754 doubles, round to nearest even, fused only in fma.
//
// Fp64: signed residues in doubles. fma computes the exact error of a product. The quotient is rounded by adding and
// subtracting 1.5 * 2^52. A butterfly takes eight full-rate instructions on a data-center GPU and no comparison.
// Integer: Shoup's product with 2^64, with lazy residues of 4q and more. For GPUs with few FP64 units (1 per 64 FP32
// units).
#pragma once

#include <cstdint>
#include <cstring>

#include "device/cuda/portable.h"

namespace hetal::device::cuda {

using Word = std::uint64_t;
__extension__ typedef unsigned __int128 Wide;

/// The constants of a prime for all kernels. Shoup constants are floor(w * 2^64 / q).
struct Prime {
  Word q;
  Word one_shoup;           ///< Shoup constant of 1, which reduces any word
  Word two52, two52_shoup;  ///< 2^52 mod q
  Word reciprocal;          ///< floor(2^92 / q), for base conversion
  double q_fp64, inverse_fp64;
  double two51_fp64;  ///< 2^51 mod q, centered
};

HETAL_HD Word high_product(Word a, Word b) {
#ifdef __CUDA_ARCH__
  return __umul64hi(a, b);
#else
  return static_cast<Word>((static_cast<Wide>(a) * b) >> 64);
#endif
}

/// a * w mod q in [0, 2q), for any a and w < q.
HETAL_HD Word shoup_lazy(Word a, Word w, Word w_shoup, Word q) { return a * w - high_product(a, w_shoup) * q; }

HETAL_HD Word subtract_once(Word x, Word q) { return x >= q ? x - q : x; }

/// From any word to [0, q).
HETAL_HD Word reduced(Word x, const Prime& p) { return subtract_once(shoup_lazy(x, 1, p.one_shoup, p.q), p.q); }

/// a * w mod q in [0, q), for any a and w < q.
HETAL_HD Word shoup_product(Word a, Word w, Word w_shoup, Word q) {
  return subtract_once(shoup_lazy(a, w, w_shoup, q), q);
}

/// A sum of up to 2^16 products of residues, x < 2^116, to [0, q).
HETAL_HD Word reduced_wide(Wide x, const Prime& p) {
  const Word high = static_cast<Word>(x >> 52), low = static_cast<Word>(x) & ((Word{1} << 52) - 1);
  const Word sum = shoup_lazy(high, p.two52, p.two52_shoup, p.q) + shoup_lazy(low, 1, p.one_shoup, p.q);  // < 4q
  return subtract_once(subtract_once(sum, 2 * p.q), p.q);
}

HETAL_HD Word sum_mod(Word a, Word b, Word q) { return subtract_once(a + b, q); }
HETAL_HD Word difference_mod(Word a, Word b, Word q) { return a >= b ? a - b : a + q - b; }
HETAL_HD Word negated_mod(Word a, Word q) { return a == 0 ? 0 : q - a; }

HETAL_HD Word signed_mod(std::int64_t x, const Prime& p) {
  const Word r = reduced(x < 0 ? ~static_cast<Word>(x) + 1 : static_cast<Word>(x), p);
  return x < 0 ? negated_mod(r, p.q) : r;
}

// ---- doubles whose operations are never fused or reordered by a compiler ----

HETAL_HD double fp_mul(double a, double b) {
#ifdef __CUDA_ARCH__
  return __dmul_rn(a, b);
#else
  return a * b;
#endif
}
HETAL_HD double fp_add(double a, double b) {
#ifdef __CUDA_ARCH__
  return __dadd_rn(a, b);
#else
  return a + b;
#endif
}
HETAL_HD double fp_fma(double a, double b, double c) {
#ifdef __CUDA_ARCH__
  return __fma_rn(a, b, c);
#else
  return __builtin_fma(a, b, c);
#endif
}
HETAL_HD double bits_to_double(Word x) {
  double out;
  memcpy(&out, &x, sizeof out);
  return out;
}
HETAL_HD Word bits_of_double(double x) {
  Word out;
  memcpy(&out, &x, sizeof out);
  return out;
}

/// Bounds are given as multiples of q and hold for q < 2^50. Results are exact while values are below 8q < 2^53 and
/// multiplicands at most 4q: the quotient by q of a product with a centered twiddle (at most q/2) is then below 2^51.
struct Fp64 {
  using Value = double;
  using Twiddle = double;  ///< centered, in [-q/2, q/2]

  static constexpr double kRound = 0x1.8p52;

  HETAL_HD static Value from_word(Word x, const Prime&) {
    return fp_add(bits_to_double(x | 0x4330000000000000u), -0x1p52);
  }
  /// The values between the kernels of one transform are centered.
  HETAL_HD static Value from_raw(Word x) { return bits_to_double(x); }
  HETAL_HD static Word to_raw(Value x) { return bits_of_double(x); }

  /// To [-q/2, q/2], or half a unit more.
  HETAL_HD static Value settled(Value x, const Prime& p) {
    const double k = fp_add(fp_fma(x, p.inverse_fp64, kRound), -kRound);
    return fp_fma(-k, p.q_fp64, x);
  }
  HETAL_HD static Word to_word(Value x, const Prime& p) {
    const double r = settled(x, p);
    const double positive = r < 0 ? fp_add(r, p.q_fp64) : r;
    return bits_of_double(fp_add(positive, 0x1p52)) & ((Word{1} << 52) - 1);
  }
  /// For |a| <= B q with B <= 4, the result is at most (1/2 + B/8) q. The high part of the product is a multiple of its
  /// unit in the last place, and the remainder is an integer below 2^53, so both fused steps are exact.
  HETAL_HD static Value product(Value a, Twiddle w, const Prime& p) {
    const double high = fp_mul(a, w), low = fp_fma(a, w, -high);
    const double k = fp_add(fp_fma(high, p.inverse_fp64, kRound), -kRound);
    return fp_add(fp_fma(-k, p.q_fp64, high), low);
  }
  /// From a residue to the form of a factor.
  HETAL_HD static Value scaled(Value a, Word w, Word, const Prime& p) {
    const double factor = from_word(w, p);
    return product(a, w > p.q / 2 ? fp_add(factor, -p.q_fp64) : factor, p);
  }

  /// overflow * negated + sum of y[i] * hat[i] over `terms`, in [0, q). y is below 2^50, overflow below 16, and
  /// constant() made the constants. Takes four instructions per term. High parts, multiples of 2^51, are added to 1.5 *
  /// 2^103, and the rounding error of each addition is computed exactly. Both sums are exact for up to eight terms.
  template <std::uint32_t Terms>
  HETAL_HD static Word dot(const Value (&y)[Terms], std::uint32_t terms, Word overflow, Word negated, const Word* hat,
                           const Prime& p) {
    constexpr double kHigh = 0x1.8p103;
    constexpr std::uint32_t kGroup = 8;
    double total = settled(fp_mul(from_word(overflow, p), bits_to_double(negated)), p);
    HETAL_UNROLL
    for (std::uint32_t first = 0; first < Terms; first += kGroup) {
      double high = kHigh, low = 0;
      HETAL_UNROLL
      for (std::uint32_t i = first; i < first + kGroup && i < Terms; ++i) {
        if (i >= terms) continue;
        const double h = bits_to_double(hat[i]), next = fp_fma(y[i], h, high);
        low = fp_add(low, fp_fma(y[i], h, -fp_add(next, -high)));
        high = next;
      }
      const double shifted = fp_mul(fp_add(high, -kHigh), 0x1p-51);
      total = fp_add(total, fp_add(product(shifted, p.two51_fp64, p), settled(low, p)));
    }
    return to_word(total, p);
  }

  /// (a, b) -> (a + w b, a - w b). Four in a row take 1 q to 1.63, 2.33, 3.12 and 4.01 q.
  HETAL_HD static void forward(Value& a, Value& b, Twiddle w, const Prime& p) {
    const double r = product(b, w, p);
    b = fp_add(a, -r);
    a = fp_add(a, r);
  }
  HETAL_HD static Value between_forward_tiles(Value x, const Prime& p) { return settled(x, p); }
  /// (a, b) -> (a + b, w (a - b)), the `step`-th in a row. Sums are centered at every second step and at the `last`, so
  /// that sums are at most 2q and differences at most 4q.
  HETAL_HD static void inverse(Value& a, Value& b, Twiddle w, const Prime& p, int step, bool last) {
    const double sum = fp_add(a, b);
    b = product(fp_add(a, -b), w, p);
    a = step % 2 == 1 || last ? settled(sum, p) : sum;
  }
};

/// Values are below 2^64. A product gives a result in [0, 2q) for any word, so sums may grow through a whole transform.
struct Integer {
  using Value = Word;
  struct alignas(16) Twiddle {
    Word w, shoup;
  };

  HETAL_HD static Value from_word(Word x, const Prime&) { return x; }
  HETAL_HD static Value from_raw(Word x) { return x; }
  HETAL_HD static Word to_raw(Value x) { return x; }
  HETAL_HD static Word to_word(Value x, const Prime& p) { return reduced(x, p); }
  HETAL_HD static Value scaled(Value a, Word w, Word w_shoup, const Prime& p) { return shoup_lazy(a, w, w_shoup, p.q); }

  template <std::uint32_t Terms>
  HETAL_HD static Word dot(const Value (&y)[Terms], std::uint32_t terms, Word overflow, Word negated, const Word* hat,
                           const Prime& p) {
    Wide sum = static_cast<Wide>(overflow) * negated;
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < Terms; ++i) {
      if (i < terms) sum += static_cast<Wide>(y[i]) * hat[i];
    }
    return reduced_wide(sum, p);
  }

  /// Each butterfly adds 2q. After seventeen the values are at most 35 q < 2^56.
  HETAL_HD static void forward(Value& a, Value& b, const Twiddle& w, const Prime& p) {
    const Word r = shoup_lazy(b, w.w, w.shoup, p.q);
    b = a + 2 * p.q - r;
    a = a + r;
  }
  HETAL_HD static Value between_forward_tiles(Value x, const Prime&) { return x; }
  /// Sums double, from 2q to 2q * 2^step before this step. They are reduced after the `last`.
  HETAL_HD static void inverse(Value& a, Value& b, const Twiddle& w, const Prime& p, int step, bool last) {
    const Word sum = a + b;
    b = shoup_lazy(a + ((2 * p.q) << step) - b, w.w, w.shoup, p.q);
    a = last ? shoup_lazy(sum, 1, p.one_shoup, p.q) : sum;
  }
};

}  // namespace hetal::device::cuda
