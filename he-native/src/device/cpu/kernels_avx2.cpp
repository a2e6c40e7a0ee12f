// AVX2 twins of the portable kernels. Products of 50-bit numbers are taken exactly as two doubles (a product and, by a
// fused multiply-add, its rounding error); the quotient by q is a rounded double, off by one at most. Every step on the
// way is exact, so the words are those of the portable path.
#if defined(__x86_64__)

#include <immintrin.h>

#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

using Ints = __m256i;
using Reals = __m256d;

inline Ints load(const Word* p) { return _mm256_loadu_si256(reinterpret_cast<const Ints*>(p)); }
inline void store(Word* p, Ints v) { _mm256_storeu_si256(reinterpret_cast<Ints*>(p), v); }
inline Ints all(Word w) { return _mm256_set1_epi64x(static_cast<long long>(w)); }
inline Reals all(double x) { return _mm256_set1_pd(x); }
inline Reals nearest(Reals x) { return _mm256_round_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

constexpr double kTwo52 = 4503599627370496.0;

/// Whole numbers below 2^52 are the mantissas of the doubles from 2^52 up.
inline Reals to_reals(Ints v) {
  const Reals magic = all(kTwo52);
  return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(v, _mm256_castpd_si256(magic))), magic);
}
inline Ints to_ints(Reals v) {
  const Reals magic = all(kTwo52);
  return _mm256_xor_si256(_mm256_castpd_si256(_mm256_add_pd(v, magic)), _mm256_castpd_si256(magic));
}

/// A factor below q and its quotient by q, within 2^-52.
struct Factor {
  Reals w, over_q;
};
inline Factor factor(Ints w, Ints w_shoup) { return {to_reals(w), _mm256_mul_pd(to_reals(w_shoup), all(1 / kTwo52))}; }

struct Prime {
  Reals q, inverse;
  explicit Prime(const ModulusConstants& m)
      : q(all(static_cast<double>(m.q))), inverse(all(1.0 / static_cast<double>(m.q))) {}
  /// |v| < 2^52, to [-q/2, q/2] but for a rounding at its ends.
  Reals centre(Reals v) const { return _mm256_fnmadd_pd(nearest(_mm256_mul_pd(v, inverse)), q, v); }
  /// [-q, q) to [0, q).
  Reals canonical(Reals v) const {
    return _mm256_add_pd(v, _mm256_and_pd(_mm256_cmp_pd(v, _mm256_setzero_pd(), _CMP_LT_OQ), q));
  }
  Ints residue(Reals v) const { return to_ints(canonical(centre(v))); }
  /// a b - c q for a rounded quotient c. |a b| < 2^102; exact, as the difference is below 2^52.
  Reals remainder(Reals a, Reals b, Reals quotient) const {
    const Reals high = _mm256_mul_pd(a, b), low = _mm256_fmsub_pd(a, b, high);
    return _mm256_add_pd(_mm256_fnmadd_pd(quotient, q, high), low);
  }
  /// |a| < 2^52, to (-1.7 q, 1.7 q).
  Reals mul(Reals a, const Factor& f) const { return remainder(a, f.w, nearest(_mm256_mul_pd(a, f.over_q))); }
  /// a, b < 2^51, to (-1.7 q, 1.7 q).
  Reals mul(Reals a, Reals b) const { return remainder(a, b, nearest(_mm256_mul_pd(_mm256_mul_pd(a, b), inverse))); }
};

// ---- NTT: the words hold doubles between the first and the last pass ----------------------------------------------

inline Reals load_reals(const Word* p) { return _mm256_loadu_pd(reinterpret_cast<const double*>(p)); }
inline void store_reals(Word* p, Reals v) { _mm256_storeu_pd(reinterpret_cast<double*>(p), v); }

/// Cooley-Tukey: |a|, |b| < 2.3 q in and out.
inline void forward(Reals& a, Reals& b, const Factor& w, const Prime& p) {
  const Reals x = p.centre(a), t = p.mul(b, w);
  a = _mm256_add_pd(x, t);
  b = _mm256_sub_pd(x, t);
}
/// Gentleman-Sande: |a|, |b| < 1.7 q in and out.
inline void inverse(Reals& a, Reals& b, const Factor& w, const Prime& p) {
  const Reals difference = _mm256_sub_pd(a, b);
  a = p.centre(_mm256_add_pd(a, b));
  b = p.mul(difference, w);
}

inline Factor one_factor(const Word* w, const Word* ws, size_t k) { return factor(all(w[k]), all(ws[k])); }
inline Factor four_factors(const Word* w, const Word* ws, size_t k) { return factor(load(w + k), load(ws + k)); }
/// Of two nodes, each twice.
inline Factor two_factors(const Word* w, const Word* ws, size_t k) {
  auto spread = [k](const Word* p) {
    const __m128i two = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + k));
    return _mm256_permute4x64_epi64(_mm256_castsi128_si256(two), 0x50);
  };
  return factor(spread(w), spread(ws));
}

inline Reals halves(Reals a, Reals b, bool upper) {
  return upper ? _mm256_permute2f128_pd(a, b, 0x31) : _mm256_permute2f128_pd(a, b, 0x20);
}

void ntt(Word* x, const NttConstants& table) {
  const size_t n = table.ring_degree;
  const Prime p(table.q);
  const Word *w = table.root, *ws = table.root_shoup;
  for (size_t i = 0; i < n; i += 4) store_reals(x + i, to_reals(load(x + i)));
  size_t groups = 1;
  for (size_t gap = n / 2; gap >= 4; gap /= 2, groups *= 2) {
    for (size_t g = 0; g < groups; ++g) {
      const Factor f = one_factor(w, ws, groups + g);
      for (size_t i = 2 * g * gap; i < (2 * g + 1) * gap; i += 4) {
        Reals a = load_reals(x + i), b = load_reals(x + i + gap);
        forward(a, b, f, p);
        store_reals(x + i, a), store_reals(x + i + gap, b);
      }
    }
  }
  // Distances 2 and 1, eight words at a time: groups = n / 4.
  for (size_t i = 0; i < n; i += 8) {
    const size_t k = groups + i / 4;
    const Reals v0 = load_reals(x + i), v1 = load_reals(x + i + 4);
    Reals a = halves(v0, v1, false), b = halves(v0, v1, true);
    forward(a, b, two_factors(w, ws, k), p);
    Reals c = _mm256_unpacklo_pd(a, b), d = _mm256_unpackhi_pd(a, b);
    forward(c, d, four_factors(w, ws, 2 * k), p);
    a = _mm256_unpacklo_pd(c, d), b = _mm256_unpackhi_pd(c, d);
    store(x + i, p.residue(halves(a, b, false)));
    store(x + i + 4, p.residue(halves(a, b, true)));
  }
}

void intt(Word* x, const NttConstants& table) {
  const size_t n = table.ring_degree;
  const Prime p(table.q);
  const Word *w = table.inverse_root, *ws = table.inverse_root_shoup;
  size_t groups = n / 4;
  for (size_t i = 0; i < n; i += 8) {
    const size_t k = groups + i / 4;
    const Reals v0 = to_reals(load(x + i)), v1 = to_reals(load(x + i + 4));
    Reals a = halves(v0, v1, false), b = halves(v0, v1, true);
    Reals c = _mm256_unpacklo_pd(a, b), d = _mm256_unpackhi_pd(a, b);
    inverse(c, d, four_factors(w, ws, 2 * k), p);
    a = _mm256_unpacklo_pd(c, d), b = _mm256_unpackhi_pd(c, d);
    inverse(a, b, two_factors(w, ws, k), p);
    store_reals(x + i, halves(a, b, false)), store_reals(x + i + 4, halves(a, b, true));
  }
  for (size_t gap = 4; gap < n; gap *= 2) {
    groups /= 2;
    for (size_t g = 0; g < groups; ++g) {
      const Factor f = one_factor(w, ws, groups + g);
      for (size_t i = 2 * g * gap; i < (2 * g + 1) * gap; i += 4) {
        Reals a = load_reals(x + i), b = load_reals(x + i + gap);
        inverse(a, b, f, p);
        store_reals(x + i, a), store_reals(x + i + gap, b);
      }
    }
  }
  const Factor f = factor(all(table.degree_inverse), all(table.degree_inverse_shoup));
  for (size_t i = 0; i < n; i += 4) store(x + i, p.residue(p.mul(load_reals(x + i), f)));
}

void prepare_twiddles(Word*, Word*, size_t, const ModulusConstants&) {}

// ---- pointwise ------------------------------------------------------------------------------------------------------

/// [-q, q) to [0, q), on integers.
inline Ints lifted(Ints v, Ints q) {
  return _mm256_add_epi64(v, _mm256_and_si256(_mm256_cmpgt_epi64(_mm256_setzero_si256(), v), q));
}

void add(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Ints m = all(q.q);
  for (size_t i = 0; i < n; i += 4) {
    store(dst + i, lifted(_mm256_sub_epi64(_mm256_add_epi64(load(a + i), load(b + i)), m), m));
  }
}

void sub(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Ints m = all(q.q);
  for (size_t i = 0; i < n; i += 4) store(dst + i, lifted(_mm256_sub_epi64(load(a + i), load(b + i)), m));
}

void negate(Word* dst, const Word* a, size_t n, const ModulusConstants& q) {
  const Ints m = all(q.q), zero = _mm256_setzero_si256();
  for (size_t i = 0; i < n; i += 4) store(dst + i, lifted(_mm256_sub_epi64(zero, load(a + i)), m));
}

void mul(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  for (size_t i = 0; i < n; i += 4) store(dst + i, p.residue(p.mul(to_reals(load(a + i)), to_reals(load(b + i)))));
}

void mul_scalar(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(all(w), all(shoup_constant(w, q.q)));
  for (size_t i = 0; i < n; i += 4) store(dst + i, p.residue(p.mul(to_reals(load(a + i)), f)));
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(all(w), all(shoup_constant(w, q.q)));
  for (size_t i = 0; i < n; i += 4) {
    store(dst + i, p.residue(p.mul(_mm256_sub_pd(to_reals(load(a + i)), to_reals(load(b + i))), f)));
  }
}

void mul_scalar_add(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(all(w), all(shoup_constant(w, q.q)));
  for (size_t i = 0; i < n; i += 4) {
    store(dst + i, p.residue(_mm256_add_pd(p.mul(to_reals(load(a + i)), f), to_reals(load(dst + i)))));
  }
}

/// After each product the sum is centred again: it stays below 2.3 q.
template <typename Second>
inline void dot_with(Word* dst, const Word* const* a, size_t terms, bool accumulate, size_t n,
                     const ModulusConstants& q, const Second& second) {
  const Prime p(q);
  for (size_t i = 0; i < n; i += 4) {
    Reals sum = accumulate ? to_reals(load(dst + i)) : _mm256_setzero_pd();
    for (size_t t = 0; t < terms; ++t) {
      sum = _mm256_add_pd(p.centre(sum), p.mul(to_reals(load(a[t] + i)), to_reals(second(t, i))));
    }
    store(dst + i, p.residue(sum));
  }
}

void dot(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, size_t n,
         const ModulusConstants& q) {
  dot_with(dst, a, terms, accumulate, n, q, [b](size_t t, size_t i) { return load(b[t] + i); });
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, int log_run,
              size_t n, const ModulusConstants& q) {
  dot_with(dst, a, terms, accumulate, n, q, [=](size_t t, size_t i) { return all(b[t][i >> log_run]); });
}

// ---- base conversion and the rest
// -------------------------------------------------------------------------------------

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(all(w), all(shoup_constant(w, q.q)));
  const Reals reciprocal = all(static_cast<double>(q.reciprocal)), two52 = all(kTwo52), down = all(1 / kTwo52);
  for (size_t i = 0; i < n; i += 4) {
    const Reals r = p.canonical(p.centre(p.mul(to_reals(load(x + i)), f)));
    store(y + i, to_ints(r));
    // floor(r * reciprocal / 2^52): the rounded product may lie on a multiple of 2^52 that the true one is just below.
    const Reals high = _mm256_mul_pd(r, reciprocal), low = _mm256_fmsub_pd(r, reciprocal, high);
    const Reals quotient = _mm256_floor_pd(_mm256_mul_pd(high, down));
    const Reals rest = _mm256_add_pd(_mm256_fnmadd_pd(quotient, two52, high), low);
    const Reals below = _mm256_and_pd(_mm256_cmp_pd(rest, _mm256_setzero_pd(), _CMP_LT_OQ), all(1.0));
    store(fraction + i, _mm256_add_epi64(load(fraction + i), to_ints(_mm256_sub_pd(quotient, below))));
  }
}

void convert(Word* dst, const Word* const* y, const Word* hat, size_t terms, const Word* overflow, Word negated_product,
             size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Reals product = to_reals(all(negated_product));
  for (size_t i = 0; i < n; i += 4) {
    Reals sum = p.mul(to_reals(load(overflow + i)), product);
    for (size_t t = 0; t < terms; ++t) {
      sum = _mm256_add_pd(p.centre(sum), p.mul(to_reals(load(y[t] + i)), to_reals(all(hat[t]))));
    }
    store(dst + i, p.residue(sum));
  }
}

void round_fraction(Word* fraction, size_t n) {
  const Ints half = all(Word{1} << (kFractionBits - 1));
  for (size_t i = 0; i < n; i += 4) {
    store(fraction + i, _mm256_srli_epi64(_mm256_add_epi64(load(fraction + i), half), kFractionBits));
  }
}

void from_signed(Word* dst, const int64_t* src, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Ints zero = _mm256_setzero_si256(), low32 = all((Word{1} << 32) - 1);
  const Reals two32 = all(4294967296.0);
  for (size_t i = 0; i < n; i += 4) {
    const Ints x = _mm256_loadu_si256(reinterpret_cast<const Ints*>(src + i));
    const Ints negative = _mm256_cmpgt_epi64(zero, x);
    const Ints magnitude = _mm256_sub_epi64(_mm256_xor_si256(x, negative), negative);
    const Reals high = p.mul(to_reals(_mm256_srli_epi64(magnitude, 32)), two32);
    const Ints r = p.residue(_mm256_add_pd(high, to_reals(_mm256_and_si256(magnitude, low32))));
    store(dst + i, _mm256_blendv_epi8(r, lifted(_mm256_sub_epi64(zero, r), all(q.q)), negative));
  }
}

void permute(Word* dst, const Word* src, const uint32_t* index, size_t n) {
  for (size_t i = 0; i < n; i += 4) {
    const __m128i at = _mm_loadu_si128(reinterpret_cast<const __m128i*>(index + i));
    store(dst + i, _mm256_i32gather_epi64(reinterpret_cast<const long long*>(src), at, 8));
  }
}

void lift_centered(Word* dst, const Word* src, size_t n, const ModulusConstants& from, const ModulusConstants& to) {
  const Prime p(to);
  const Reals half = all(static_cast<double>(from.q / 2)), whole = all(static_cast<double>(from.q));
  for (size_t i = 0; i < n; i += 4) {
    const Reals x = to_reals(load(src + i));
    const Reals above = _mm256_and_pd(_mm256_cmp_pd(x, half, _CMP_GT_OQ), whole);
    store(dst + i, p.residue(_mm256_sub_pd(x, above)));
  }
}

}  // namespace

constinit const Kernels kAvx2Kernels{
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
