// NEON versions of the portable kernels, for every arm64 processor. The base architecture has fused multiply-add on two
// doubles, but no product of 64-bit integers. A product of 50-bit numbers is represented by two doubles, the rounded
// product and its exact rounding error. The quotient by q is rounded by adding and subtracting 1.5 * 2^52. Every step
// is exact, so the words equal those of the portable path.
//
// A butterfly takes eight floating-point instructions for two pairs: six for the product, two for sum and difference.
// FRINTN would not save an instruction, and runs on one of two pipes of the Neoverse N1.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

using Ints = uint64x2_t;
using Reals = float64x2_t;

constexpr size_t kLanes = 2;

inline Reals all(double x) { return vdupq_n_f64(x); }
/// Doubles that are whole numbers below 2^53.
inline Reals to_reals(Ints v) { return vcvtq_f64_u64(v); }
inline Ints to_ints(Reals v) { return vcvtq_u64_f64(v); }
inline Reals residues(const Word* p) { return to_reals(vld1q_u64(p)); }
/// Between the passes of a transform the words are the bits of doubles.
inline Reals load_bits(const Word* p) { return vreinterpretq_f64_u64(vld1q_u64(p)); }
inline void store_bits(Word* p, Reals v) { vst1q_u64(p, vreinterpretq_u64_f64(v)); }

constexpr double kRound = 0x1.8p52;

/// Bounds are given as multiples of q < 2^50. Values stay below 8q < 2^53. A multiplicand of product() is at most 4q if
/// the other factor is centered, in [-q/2, q/2]; quotients are then below 2^51.
struct Prime {
  Reals q, inverse, half;
  explicit Prime(const ModulusConstants& m)
      : q(all(static_cast<double>(m.q))), inverse(all(1.0 / static_cast<double>(m.q))), half(all((double)(m.q / 2))) {}

  /// From [0, q) to [-q/2, q/2].
  Reals centred(Reals v) const {
    const Ints above = vandq_u64(vcgtq_f64(v, half), vreinterpretq_u64_f64(q));
    return vsubq_f64(v, vreinterpretq_f64_u64(above));
  }
  /// The quotient by q, rounded to nearest; |v| < 2^51 q.
  Reals quotient(Reals v) const { return vsubq_f64(vfmaq_f64(all(kRound), v, inverse), all(kRound)); }
  /// From |v| <= 2^53 to [-q/2, q/2], or half a unit more.
  Reals settled(Reals v) const { return vfmsq_f64(v, quotient(v), q); }
  /// From (-q, q) to [0, q).
  Ints lifted(Reals v) const {
    const Ints below = vandq_u64(vcltzq_f64(v), vreinterpretq_u64_f64(q));
    return to_ints(vaddq_f64(v, vreinterpretq_f64_u64(below)));
  }
  Ints residue(Reals v) const { return lifted(settled(v)); }
  /// a b modulo q. For |a| <= B q and |b| <= q/2 at most (1/2 + B/8) q; for a and b in (-q, q) at most 0.7 q.
  Reals product(Reals a, Reals b) const {
    const Reals high = vmulq_f64(a, b), error = vfmsq_f64(high, a, b);  // a b = high - error
    return vsubq_f64(vfmsq_f64(high, quotient(high), q), error);
  }
  Reals factor(Word w) const { return centred(all((double)w)); }
};

// ---- NTT; its twiddles are centered doubles -------------------------------------------------------------------------

void prepare_twiddles(Word* w, Word*, size_t count, const ModulusConstants& q) {
  const Prime p(q);
  for (size_t i = 0; i < count; i += kLanes) store_bits(w + i, p.centred(residues(w + i)));
}
inline Reals one_twiddle(const Word* w) { return vreinterpretq_f64_u64(vld1q_dup_u64(w)); }

/// Cooley-Tukey. In four levels, centered values grow to 1.1, 1.7, 2.4 and 3.2 q, and residues to 1.7, 2.4, 3.2 and 4.1
/// q.
inline void forward(Reals& a, Reals& b, Reals w, const Prime& p) {
  const Reals t = p.product(b, w);
  b = vsubq_f64(a, t);
  a = vaddq_f64(a, t);
}
constexpr int kMostStages = 4;

/// The first level of the tree, if the number of levels is odd. The input is residues.
inline void forward_two(Word* x, size_t n, const Word* w, const Prime& p) {
  const size_t gap = n / 2;
  const Reals f = one_twiddle(w + 1);
  for (size_t i = 0; i < gap; i += kLanes) {
    Reals a = residues(x + i), b = residues(x + i + gap);
    forward(a, b, f, p);
    store_bits(x + i, a), store_bits(x + i + gap, b);
  }
}

/// Two levels of the tree, with `groups` nodes and twice as many. The input of the first two levels is residues.
template <bool First, bool Settle>
inline void forward_four(Word* x, size_t n, size_t groups, const Word* w, const Prime& p) {
  const size_t gap = n / groups / 4;
  for (size_t g = 0; g < groups; ++g) {
    const Reals f = one_twiddle(w + groups + g), f0 = one_twiddle(w + 2 * (groups + g)),
                f1 = one_twiddle(w + 2 * (groups + g) + 1);
    Word* const x0 = x + 4 * g * gap;
    for (size_t i = 0; i < gap; i += kLanes) {
      Reals v[4];
      for (size_t k = 0; k < 4; ++k) {
        v[k] = First ? residues(x0 + k * gap + i) : load_bits(x0 + k * gap + i);
        if (Settle) v[k] = p.settled(v[k]);
      }
      forward(v[0], v[2], f, p), forward(v[1], v[3], f, p);
      forward(v[0], v[1], f0, p), forward(v[2], v[3], f1, p);
      for (size_t k = 0; k < 4; ++k) store_bits(x0 + k * gap + i, v[k]);
    }
  }
}

/// The distances 2 and 1, four words at a time.
inline void forward_last(Word* x, size_t n, const Word* w, const Prime& p) {
  for (size_t i = 0; i < n; i += 4) {
    const size_t k = n / 4 + i / 4;
    Reals a = p.settled(load_bits(x + i)), b = p.settled(load_bits(x + i + 2));
    forward(a, b, one_twiddle(w + k), p);
    Reals c = vuzp1q_f64(a, b), d = vuzp2q_f64(a, b);
    forward(c, d, load_bits(w + 2 * k), p);
    vst1q_u64(x + i, p.residue(vzip1q_f64(c, d)));
    vst1q_u64(x + i + 2, p.residue(vzip2q_f64(c, d)));
  }
}

void ntt(Word* x, const NttConstants& table) {
  const size_t n = table.ring_degree;
  const Prime p(table.q);
  const Word* const w = table.root;
  size_t groups = 1;
  int stages = 0;  // since the values were centered
  const bool odd = __builtin_ctzll(n) % 2 != 0;
  if (odd) {
    forward_two(x, n, w, p);
    groups = 2, stages = 1;
  }
  for (; groups < n / 4; groups *= 4, stages += 2) {
    if (groups == 1) {
      forward_four<true, false>(x, n, groups, w, p);
    } else if (stages + 2 > kMostStages) {
      forward_four<false, true>(x, n, groups, w, p);
      stages = 0;
    } else {
      forward_four<false, false>(x, n, groups, w, p);
    }
  }
  forward_last(x, n, w, p);
}

/// Gentleman-Sande. From |a|, |b| <= B q to |a| <= 2 B q and |b| <= (1/2 + B/4) q.
inline void inverse(Reals& a, Reals& b, Reals w, const Prime& p) {
  const Reals difference = vsubq_f64(a, b);
  a = vaddq_f64(a, b);
  b = p.product(difference, w);
}

/// The distances 1 and 2, four words at a time. From residues to at most 1 q, as after each pass.
inline void inverse_first(Word* x, size_t n, const Word* w, const Prime& p) {
  for (size_t i = 0; i < n; i += 4) {
    const size_t k = n / 4 + i / 4;
    const Reals v0 = residues(x + i), v1 = residues(x + i + 2);
    Reals c = vuzp1q_f64(v0, v1), d = vuzp2q_f64(v0, v1);
    inverse(c, d, load_bits(w + 2 * k), p);
    Reals a = vzip1q_f64(c, d), b = vzip2q_f64(c, d);
    inverse(a, b, one_twiddle(w + k), p);
    store_bits(x + i, p.settled(a)), store_bits(x + i + 2, b);
  }
}

/// Two levels of the tree, with twice `groups` nodes and `groups` nodes. Sums are centered after both.
inline void inverse_four(Word* x, size_t n, size_t groups, const Word* w, const Prime& p) {
  const size_t gap = n / groups / 4;
  for (size_t g = 0; g < groups; ++g) {
    const Reals f = one_twiddle(w + groups + g), f0 = one_twiddle(w + 2 * (groups + g)),
                f1 = one_twiddle(w + 2 * (groups + g) + 1);
    Word* const x0 = x + 4 * g * gap;
    for (size_t i = 0; i < gap; i += kLanes) {
      Reals v[4];
      for (size_t k = 0; k < 4; ++k) v[k] = load_bits(x0 + k * gap + i);
      inverse(v[0], v[1], f0, p), inverse(v[2], v[3], f1, p);
      inverse(v[0], v[2], f, p), inverse(v[1], v[3], f, p);
      store_bits(x0 + i, p.settled(v[0])), store_bits(x0 + gap + i, p.settled(v[1]));
      store_bits(x0 + 2 * gap + i, v[2]), store_bits(x0 + 3 * gap + i, v[3]);
    }
  }
}

inline void inverse_two(Word* x, size_t n, const Word* w, const Prime& p) {
  const size_t gap = n / 2;
  const Reals f = one_twiddle(w + 1);
  for (size_t i = 0; i < gap; i += kLanes) {
    Reals a = load_bits(x + i), b = load_bits(x + i + gap);
    inverse(a, b, f, p);
    store_bits(x + i, a), store_bits(x + i + gap, b);
  }
}

void intt(Word* x, const NttConstants& table) {
  const size_t n = table.ring_degree;
  const Prime p(table.q);
  const Word* const w = table.inverse_root;
  inverse_first(x, n, w, p);
  size_t groups = n / 4;
  for (; groups >= 4; groups /= 4) inverse_four(x, n, groups / 4, w, p);
  if (groups == 2) inverse_two(x, n, w, p);
  const Reals f = p.factor(table.degree_inverse);
  for (size_t i = 0; i < n; i += kLanes) vst1q_u64(x + i, p.lifted(p.product(load_bits(x + i), f)));
}

// ---- pointwise ------------------------------------------------------------------------------------------------------

void add(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Ints m = vdupq_n_u64(q.q);
  for (size_t i = 0; i < n; i += kLanes) {
    const Ints sum = vaddq_u64(vld1q_u64(a + i), vld1q_u64(b + i));
    vst1q_u64(dst + i, vsubq_u64(sum, vandq_u64(vcgeq_u64(sum, m), m)));
  }
}

void sub(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Ints m = vdupq_n_u64(q.q);
  for (size_t i = 0; i < n; i += kLanes) {
    const Ints x = vld1q_u64(a + i), y = vld1q_u64(b + i);
    vst1q_u64(dst + i, vaddq_u64(vsubq_u64(x, y), vandq_u64(vcltq_u64(x, y), m)));
  }
}

void negate(Word* dst, const Word* a, size_t n, const ModulusConstants& q) {
  const Ints m = vdupq_n_u64(q.q);
  for (size_t i = 0; i < n; i += kLanes) {
    const Ints x = vld1q_u64(a + i);
    vst1q_u64(dst + i, vbicq_u64(vsubq_u64(m, x), vceqzq_u64(x)));
  }
}

void mul(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  for (size_t i = 0; i < n; i += kLanes) vst1q_u64(dst + i, p.lifted(p.product(residues(a + i), residues(b + i))));
}

void mul_scalar(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Reals f = p.factor(w);
  for (size_t i = 0; i < n; i += kLanes) vst1q_u64(dst + i, p.lifted(p.product(residues(a + i), f)));
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Reals f = p.factor(w);
  for (size_t i = 0; i < n; i += kLanes) {
    vst1q_u64(dst + i, p.lifted(p.product(vsubq_f64(residues(a + i), residues(b + i)), f)));
  }
}

void mul_scalar_add(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Reals f = p.factor(w);
  for (size_t i = 0; i < n; i += kLanes) {
    vst1q_u64(dst + i, p.residue(vaddq_f64(p.product(residues(a + i), f), residues(dst + i))));
  }
}

/// An exact sum of up to kGroup products of numbers in [0, 2^50), in four instructions per product. The high parts are
/// added to 2^103 and stay below 2^104. Each addition rounds off at most 2^50, which is computed exactly.
class Sum {
 public:
  static constexpr size_t kGroup = 8;

  void add_product(Reals a, Reals b) {
    const Reals next = vfmaq_f64(high_, a, b);
    low_ = vsubq_f64(low_, vfmsq_f64(vsubq_f64(next, high_), a, b));
    high_ = next;
  }
  /// The sum modulo q, at most 1.5 q. `two51` is 2^51 mod q, centered. The sum must be below 4 q 2^51.
  Reals reduced(Reals two51, const Prime& p) const {
    const Reals shifted = vmulq_f64(vsubq_f64(high_, all(0x1p103)), all(0x1p-51));
    return vaddq_f64(p.product(shifted, two51), p.settled(low_));
  }

 private:
  Reals high_ = all(0x1p103), low_ = all(0);
};

inline Reals two51_of(const ModulusConstants& q, const Prime& p) { return p.factor((Word{1} << 51) % q.q); }

/// The sum of at most two groups and of the previous value; at most 4 q.
template <typename Second>
inline void dot_with(Word* dst, const Word* const* a, size_t terms, bool accumulate, size_t n,
                     const ModulusConstants& q, const Second& second) {
  static_assert(kMaxLazyTerms <= 2 * Sum::kGroup);
  const Prime p(q);
  const Reals two51 = two51_of(q, p);
  for (size_t i = 0; i < n; i += kLanes) {
    Reals total = accumulate ? residues(dst + i) : all(0);
    for (size_t first = 0; first < terms; first += Sum::kGroup) {
      Sum sum;
      for (size_t t = first; t < terms && t < first + Sum::kGroup; ++t) {
        sum.add_product(residues(a[t] + i), second(t, i));
      }
      total = vaddq_f64(total, sum.reduced(two51, p));
    }
    vst1q_u64(dst + i, p.residue(total));
  }
}

void dot(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, size_t n,
         const ModulusConstants& q) {
  dot_with(dst, a, terms, accumulate, n, q, [b](size_t t, size_t i) { return residues(b[t] + i); });
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, int log_run,
              size_t n, const ModulusConstants& q) {
  dot_with(dst, a, terms, accumulate, n, q,
           [=](size_t t, size_t i) { return all(static_cast<double>(b[t][i >> log_run])); });
}

// ---- base conversion and the rest -----------------------------------------------------------------------------------

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Reals f = p.factor(w), reciprocal = all(static_cast<double>(q.reciprocal));
  for (size_t i = 0; i < n; i += kLanes) {
    const Ints residue = p.lifted(p.product(residues(x + i), f));
    vst1q_u64(y + i, residue);
    // floor(r * reciprocal / 2^52). The rounded product may be a multiple of 2^52 while the exact product is less.
    const Reals r = to_reals(residue);
    const Reals high = vmulq_f64(r, reciprocal), error = vfmsq_f64(high, r, reciprocal);
    const Reals quotient = vrndmq_f64(vmulq_f64(high, all(0x1p-52)));
    const Reals rest = vsubq_f64(vfmsq_f64(high, quotient, all(0x1p52)), error);
    // A comparison that holds gives -1 as an integer.
    const Ints rounded_down = vaddq_u64(to_ints(quotient), vcltzq_f64(rest));
    vst1q_u64(fraction + i, vaddq_u64(vld1q_u64(fraction + i), rounded_down));
  }
}

void convert(Word* dst, const Word* const* y, const Word* hat, size_t terms, const Word* overflow, Word negated_product,
             size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Reals two51 = two51_of(q, p), product = p.factor(negated_product);
  Reals factors[kMaxLazyTerms];
  for (size_t t = 0; t < terms; ++t) factors[t] = all(static_cast<double>(hat[t]));
  for (size_t i = 0; i < n; i += kLanes) {
    Reals total = p.product(residues(overflow + i), product);
    for (size_t first = 0; first < terms; first += Sum::kGroup) {
      Sum sum;
      for (size_t t = first; t < terms && t < first + Sum::kGroup; ++t) {
        sum.add_product(residues(y[t] + i), factors[t]);
      }
      total = vaddq_f64(total, sum.reduced(two51, p));
    }
    vst1q_u64(dst + i, p.residue(total));
  }
}

void round_fraction(Word* fraction, size_t n) {
  const Ints half = vdupq_n_u64(Word{1} << (kFractionBits - 1));
  for (size_t i = 0; i < n; i += kLanes) {
    vst1q_u64(fraction + i, vshrq_n_u64(vaddq_u64(vld1q_u64(fraction + i), half), kFractionBits));
  }
}

/// NEON has no gather instruction.
void permute(Word* dst, const Word* src, const uint32_t* index, size_t n) {
  for (size_t i = 0; i < n; ++i) dst[i] = src[index[i]];
}

/// Splits a value into high * 2^26 + low with |high| < 2^37 and low < 2^26.
void from_signed(Word* dst, const int64_t* src, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Reals two26 = all(0x1p26);
  const Ints mask = vdupq_n_u64((Word{1} << 26) - 1);
  for (size_t i = 0; i < n; i += kLanes) {
    const int64x2_t v = vld1q_s64(src + i);
    const Reals high = vcvtq_f64_s64(vshrq_n_s64(v, 26)), low = to_reals(vandq_u64(vreinterpretq_u64_s64(v), mask));
    vst1q_u64(dst + i, p.residue(vaddq_f64(p.product(high, two26), low)));
  }
}

void lift_centered(Word* dst, const Word* src, size_t n, const ModulusConstants& from, const ModulusConstants& to) {
  const Prime source(from), target(to);
  for (size_t i = 0; i < n; i += kLanes) { vst1q_u64(dst + i, target.residue(source.centred(residues(src + i)))); }
}

}  // namespace

constinit const Kernels kNeonKernels{
    .prepare_twiddles = prepare_twiddles,
    .ntt = ntt,
    .intt = intt,
    .add = add,
    .sub = sub,
    .negate = negate,
    .mul = mul,
    .mul_scalar = mul_scalar,
    .sub_mul_scalar = sub_mul_scalar,
    .mul_scalar_add = mul_scalar_add,
    .dot = dot,
    .dot_runs = dot_runs,
    .scale_for_conversion = scale_for_conversion,
    .round_fraction = round_fraction,
    .convert = convert,
    .permute = permute,
    .from_signed = from_signed,
    .lift_centered = lift_centered,
};

}  // namespace hetal::device

#endif
