// AVX-512-IFMA twins of the portable kernels: 52-bit multipliers, lazy residues below 4q < 2^52, canonical results.
#include <immintrin.h>

#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

using Vec = __m512i;

inline Vec load(const Word* p) { return _mm512_loadu_si512(p); }
inline void store(Word* p, Vec v) { _mm512_storeu_si512(p, v); }
inline Vec all(Word w) { return _mm512_set1_epi64(static_cast<long long>(w)); }
inline Vec mask52() { return all((Word{1} << 52) - 1); }

/// [0, 2m) to [0, m): the wrapped difference is the larger one when v < m.
inline Vec reduce_once(Vec v, Vec m) { return _mm512_min_epu64(v, _mm512_sub_epi64(v, m)); }

/// a < 2^52 times w < q, to [0, 2q).
inline Vec mul_lazy(Vec a, Vec w, Vec w_shoup, Vec q) {
  const Vec zero = _mm512_setzero_si512();
  const Vec quotient = _mm512_madd52hi_epu64(zero, a, w_shoup);
  const Vec low = _mm512_madd52lo_epu64(zero, a, w);
  return _mm512_and_si512(_mm512_sub_epi64(low, _mm512_madd52lo_epu64(zero, quotient, q)), mask52());
}

struct Prime {
  Vec q, q2, one, two52, two52_shoup;
  explicit Prime(const Modulus& m)
      : q(all(m.value())), q2(all(2 * m.value())), one(all(m.shoup_of_one())), two52(all(m.two52())),
        two52_shoup(all(m.two52_shoup())) {}
  /// hi * 2^52 + lo with carries pending in lo, to [0, q).
  Vec reduce(Vec hi, Vec lo) const {
    hi = _mm512_add_epi64(hi, _mm512_srli_epi64(lo, 52));
    lo = _mm512_and_si512(lo, mask52());
    const Vec zero = _mm512_setzero_si512();
    const Vec quotient = _mm512_madd52hi_epu64(zero, lo, one);
    const Vec low = _mm512_sub_epi64(lo, _mm512_madd52lo_epu64(zero, quotient, q));
    const Vec sum = _mm512_add_epi64(mul_lazy(hi, two52, two52_shoup, q), low);
    return reduce_once(reduce_once(sum, q2), q);
  }
};

// ---- NTT -------------------------------------------------------------------------------------------------------

/// Cooley-Tukey: a, b < 4q in and out.
inline void forward(Vec& a, Vec& b, Vec w, Vec ws, const Prime& p) {
  const Vec x = reduce_once(a, p.q2), t = mul_lazy(b, w, ws, p.q);
  a = _mm512_add_epi64(x, t);
  b = _mm512_add_epi64(_mm512_sub_epi64(x, t), p.q2);
}

/// Gentleman-Sande: a, b < 2q in and out.
inline void inverse(Vec& a, Vec& b, Vec w, Vec ws, const Prime& p) {
  const Vec sum = _mm512_add_epi64(a, b), difference = _mm512_add_epi64(_mm512_sub_epi64(a, b), p.q2);
  a = reduce_once(sum, p.q2);
  b = mul_lazy(difference, w, ws, p.q);
}

/// Twiddles of node k of the butterfly tree (children 2k, 2k + 1), on three levels for the last eight lanes.
struct Lanes {
  Vec w, ws;
};
inline Lanes lanes(const Word* w, const Word* ws, std::size_t first, Vec pattern) {
  // Four words from `first`; `pattern` spreads those that the level needs.
  const Vec a = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(w + first)));
  const Vec b = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(ws + first)));
  return {_mm512_permutexvar_epi64(pattern, a), _mm512_permutexvar_epi64(pattern, b)};
}

// Pairs at distance 4, 2 and 1 inside a vector: the lower elements twice and the upper ones twice.
template <int Gap>
inline Vec lower(Vec v) {
  if constexpr (Gap == 4) return _mm512_shuffle_i64x2(v, v, 0x44);
  if constexpr (Gap == 2) return _mm512_permutex_epi64(v, 0x44);
  return _mm512_unpacklo_epi64(v, v);
}
template <int Gap>
inline Vec upper(Vec v) {
  if constexpr (Gap == 4) return _mm512_shuffle_i64x2(v, v, 0xee);
  if constexpr (Gap == 2) return _mm512_permutex_epi64(v, 0xee);
  return _mm512_unpackhi_epi64(v, v);
}
template <int Gap>
constexpr __mmask8 upper_lanes() {
  return Gap == 4 ? 0xf0 : Gap == 2 ? 0xcc : 0xaa;
}

template <int Gap>
inline Vec forward_inside(Vec v, Lanes w, const Prime& p) {
  const Vec x = reduce_once(lower<Gap>(v), p.q2), t = mul_lazy(upper<Gap>(v), w.w, w.ws, p.q);
  return _mm512_mask_add_epi64(_mm512_add_epi64(x, t), upper_lanes<Gap>(), _mm512_sub_epi64(x, t), p.q2);
}
template <int Gap>
inline Vec inverse_inside(Vec v, Lanes w, const Prime& p) {
  const Vec a = lower<Gap>(v), b = upper<Gap>(v);
  const Vec sum = reduce_once(_mm512_add_epi64(a, b), p.q2);
  const Vec difference = _mm512_add_epi64(_mm512_sub_epi64(a, b), p.q2);
  return _mm512_mask_blend_epi64(upper_lanes<Gap>(), sum, mul_lazy(difference, w.w, w.ws, p.q));
}

struct Tree {
  const Word *w, *ws;
  Prime p;
  Vec one_of_two = _mm512_set_epi64(1, 1, 1, 1, 0, 0, 0, 0), one_of_four = _mm512_set_epi64(3, 3, 2, 2, 1, 1, 0, 0),
      first = _mm512_setzero_si512();
};

/// Node k and its two children over `length` words: two levels in one pass.
void forward_pair(Word* x, std::size_t length, std::size_t k, const Tree& t) {
  const Vec w = all(t.w[k]), ws = all(t.ws[k]), w0 = all(t.w[2 * k]), ws0 = all(t.ws[2 * k]),
            w1 = all(t.w[2 * k + 1]), ws1 = all(t.ws[2 * k + 1]);
  const std::size_t quarter = length / 4;
  for (std::size_t i = 0; i < quarter; i += 8) {
    Vec a = load(x + i), b = load(x + i + quarter), c = load(x + i + 2 * quarter), d = load(x + i + 3 * quarter);
    forward(a, c, w, ws, t.p);
    forward(b, d, w, ws, t.p);
    forward(a, b, w0, ws0, t.p);
    forward(c, d, w1, ws1, t.p);
    store(x + i, a), store(x + i + quarter, b), store(x + i + 2 * quarter, c), store(x + i + 3 * quarter, d);
  }
}

void forward_last(Word* x, std::size_t k, const Tree& t) {
  Vec v = load(x);
  v = forward_inside<4>(v, {all(t.w[k]), all(t.ws[k])}, t.p);
  v = forward_inside<2>(v, lanes(t.w, t.ws, 2 * k, t.one_of_two), t.p);
  v = forward_inside<1>(v, lanes(t.w, t.ws, 4 * k, t.one_of_four), t.p);
  store(x, reduce_once(reduce_once(v, t.p.q2), t.p.q));
}

// Depth first, so that each subtree is finished while it is in the cache.
void forward_tree(Word* x, std::size_t length, std::size_t k, const Tree& t) {
  if (length == 8) return forward_last(x, k, t);
  if (length == 16) {
    Vec a = load(x), b = load(x + 8);
    forward(a, b, all(t.w[k]), all(t.ws[k]), t.p);
    store(x, a), store(x + 8, b);
    forward_last(x, 2 * k, t);
    return forward_last(x + 8, 2 * k + 1, t);
  }
  forward_pair(x, length, k, t);
  for (std::size_t c = 0; c < 4; ++c) forward_tree(x + c * length / 4, length / 4, 4 * k + c, t);
}

void inverse_pair(Word* x, std::size_t length, std::size_t k, const Tree& t) {
  const Vec w = all(t.w[k]), ws = all(t.ws[k]), w0 = all(t.w[2 * k]), ws0 = all(t.ws[2 * k]),
            w1 = all(t.w[2 * k + 1]), ws1 = all(t.ws[2 * k + 1]);
  const std::size_t quarter = length / 4;
  for (std::size_t i = 0; i < quarter; i += 8) {
    Vec a = load(x + i), b = load(x + i + quarter), c = load(x + i + 2 * quarter), d = load(x + i + 3 * quarter);
    inverse(a, b, w0, ws0, t.p);
    inverse(c, d, w1, ws1, t.p);
    inverse(a, c, w, ws, t.p);
    inverse(b, d, w, ws, t.p);
    store(x + i, a), store(x + i + quarter, b), store(x + i + 2 * quarter, c), store(x + i + 3 * quarter, d);
  }
}

void inverse_first(Word* x, std::size_t k, const Tree& t) {
  Vec v = load(x);
  v = inverse_inside<1>(v, lanes(t.w, t.ws, 4 * k, t.one_of_four), t.p);
  v = inverse_inside<2>(v, lanes(t.w, t.ws, 2 * k, t.one_of_two), t.p);
  store(x, inverse_inside<4>(v, {all(t.w[k]), all(t.ws[k])}, t.p));
}

void inverse_tree(Word* x, std::size_t length, std::size_t k, const Tree& t) {
  if (length == 8) return inverse_first(x, k, t);
  if (length == 16) {
    inverse_first(x, 2 * k, t);
    inverse_first(x + 8, 2 * k + 1, t);
    Vec a = load(x), b = load(x + 8);
    inverse(a, b, all(t.w[k]), all(t.ws[k]), t.p);
    store(x, a), store(x + 8, b);
    return;
  }
  for (std::size_t c = 0; c < 4; ++c) inverse_tree(x + c * length / 4, length / 4, 4 * k + c, t);
  inverse_pair(x, length, k, t);
}

void ntt(Word* x, const NttTable& table) {
  if (table.ring_degree < 64) return portable_kernels().ntt(x, table);
  forward_tree(x, table.ring_degree, 1, {table.root.data(), table.root_shoup.data(), Prime(table.modulus)});
}

void intt(Word* x, const NttTable& table) {
  if (table.ring_degree < 64) return portable_kernels().intt(x, table);
  const Prime p(table.modulus);
  inverse_tree(x, table.ring_degree, 1, {table.inverse_root.data(), table.inverse_root_shoup.data(), p});
  const Vec w = all(table.degree_inverse), ws = all(table.degree_inverse_shoup);
  for (std::size_t i = 0; i < table.ring_degree; i += 8) {
    store(x + i, reduce_once(mul_lazy(load(x + i), w, ws, p.q), p.q));
  }
}

// ---- pointwise --------------------------------------------------------------------------------------------------

void add(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value());
  for (std::size_t i = 0; i < n; i += 8) store(dst + i, reduce_once(_mm512_add_epi64(load(a + i), load(b + i)), m));
}

inline Vec subtract(Vec a, Vec b, Vec q) {
  const Vec d = _mm512_sub_epi64(a, b);
  return _mm512_min_epu64(d, _mm512_add_epi64(d, q));
}

void sub(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value());
  for (std::size_t i = 0; i < n; i += 8) store(dst + i, subtract(load(a + i), load(b + i), m));
}

void negate(Word* dst, const Word* a, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), zero = _mm512_setzero_si512();
  for (std::size_t i = 0; i < n; i += 8) store(dst + i, subtract(zero, load(a + i), m));
}

void mul(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q) {
  const Prime p(q);
  const Vec zero = _mm512_setzero_si512();
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec x = load(a + i), y = load(b + i);
    store(dst + i, p.reduce(_mm512_madd52hi_epu64(zero, x, y), _mm512_madd52lo_epu64(zero, x, y)));
  }
}

void mul_scalar(Word* dst, const Word* a, Word w, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w));
  for (std::size_t i = 0; i < n; i += 8) store(dst + i, reduce_once(mul_lazy(load(a + i), v, vs, m), m));
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w));
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec d = _mm512_add_epi64(_mm512_sub_epi64(load(a + i), load(b + i)), m);
    store(dst + i, reduce_once(mul_lazy(d, v, vs, m), m));
  }
}

void mul_scalar_add(Word* dst, const Word* a, Word w, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w));
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec t = reduce_once(mul_lazy(load(a + i), v, vs, m), m);
    store(dst + i, reduce_once(_mm512_add_epi64(load(dst + i), t), m));
  }
}

template <typename Second>
inline void dot_with(Word* dst, const Word* const* a, std::size_t terms, bool accumulate, std::size_t n,
                     const Modulus& q, const Second& second) {
  const Prime p(q);
  for (std::size_t i = 0; i < n; i += 8) {
    Vec lo = accumulate ? load(dst + i) : _mm512_setzero_si512(), hi = _mm512_setzero_si512();
    for (std::size_t t = 0; t < terms; ++t) {
      const Vec x = load(a[t] + i), y = second(t, i);
      lo = _mm512_madd52lo_epu64(lo, x, y);
      hi = _mm512_madd52hi_epu64(hi, x, y);
    }
    store(dst + i, p.reduce(hi, lo));
  }
}

void dot(Word* dst, const Word* const* a, const Word* const* b, std::size_t terms, bool accumulate, std::size_t n,
         const Modulus& q) {
  dot_with(dst, a, terms, accumulate, n, q, [b](std::size_t t, std::size_t i) { return load(b[t] + i); });
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, std::size_t terms, bool accumulate, int log_run,
              std::size_t n, const Modulus& q) {
  dot_with(dst, a, terms, accumulate, n, q, [=](std::size_t t, std::size_t i) { return all(b[t][i >> log_run]); });
}

// ---- base conversion ----------------------------------------------------------------------------------------------

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w)), reciprocal = all(q.reciprocal());
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec r = reduce_once(mul_lazy(load(x + i), v, vs, m), m);
    store(y + i, r);
    store(fraction + i, _mm512_madd52hi_epu64(load(fraction + i), r, reciprocal));
  }
}

void round_fraction(Word* fraction, std::size_t n) {
  const Vec half = all(Word{1} << (kFractionBits - 1));
  for (std::size_t i = 0; i < n; i += 8) {
    store(fraction + i, _mm512_srli_epi64(_mm512_add_epi64(load(fraction + i), half), kFractionBits));
  }
}

void convert(Word* dst, const Word* const* y, const Word* hat, std::size_t terms, const Word* overflow,
             Word negated_product, std::size_t n, const Modulus& q) {
  const Prime p(q);
  const Vec product = all(negated_product), zero = _mm512_setzero_si512();
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec u = load(overflow + i);
    Vec lo = _mm512_madd52lo_epu64(zero, u, product), hi = _mm512_madd52hi_epu64(zero, u, product);
    for (std::size_t t = 0; t < terms; ++t) {
      const Vec x = load(y[t] + i), h = all(hat[t]);
      lo = _mm512_madd52lo_epu64(lo, x, h);
      hi = _mm512_madd52hi_epu64(hi, x, h);
    }
    store(dst + i, p.reduce(hi, lo));
  }
}

void permute(Word* dst, const Word* src, const std::uint32_t* index, std::size_t n) {
  for (std::size_t i = 0; i < n; i += 8) {
    const __m256i at = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(index + i));
    store(dst + i, _mm512_i32gather_epi64(at, reinterpret_cast<const long long*>(src), 8));
  }
}

}  // namespace

const Kernels* avx512_ifma_kernels() {
  static const bool here = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512ifma");
  static const Kernels kernels = [] {
    Kernels k = portable_kernels();
    k.name = "avx512-ifma";
    k.ntt = ntt, k.intt = intt;
    k.add = add, k.sub = sub, k.negate = negate, k.mul = mul;
    k.mul_scalar = mul_scalar, k.sub_mul_scalar = sub_mul_scalar, k.mul_scalar_add = mul_scalar_add;
    k.dot = dot, k.dot_runs = dot_runs;
    k.scale_for_conversion = scale_for_conversion, k.round_fraction = round_fraction, k.convert = convert;
    k.permute = permute;
    return k;
  }();
  return here ? &kernels : nullptr;
}

}  // namespace hetal::device
