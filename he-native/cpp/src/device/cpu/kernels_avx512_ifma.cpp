// AVX-512-IFMA versions of the portable kernels: 52-bit multipliers, lazy residues below 4q < 2^52, canonical results.
#if defined(__x86_64__)

#include "device/cpu/avx512_ifma_common.h"
#include "device/cpu/avx512_ifma_ntt.h"

namespace hetal::device {
namespace {

/// Nothing to convert: the transforms read the arrays in this form.
void prepare_twiddles(Word*, Word*, size_t, const ModulusConstants&) {}

// ---- pointwise --------------------------------------------------------------------------------------------------

void add(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Vec m = all(q.q);
  for (size_t i = 0; i < n; i += 8) store(dst + i, reduce_once(_mm512_add_epi64(load(a + i), load(b + i)), m));
}

inline Vec subtract(Vec a, Vec b, Vec q) {
  const Vec d = _mm512_sub_epi64(a, b);
  return _mm512_min_epu64(d, _mm512_add_epi64(d, q));
}

void sub(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Vec m = all(q.q);
  for (size_t i = 0; i < n; i += 8) store(dst + i, subtract(load(a + i), load(b + i), m));
}

void negate(Word* dst, const Word* a, size_t n, const ModulusConstants& q) {
  const Vec m = all(q.q), zero = _mm512_setzero_si512();
  for (size_t i = 0; i < n; i += 8) store(dst + i, subtract(zero, load(a + i), m));
}

void mul(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Vec zero = _mm512_setzero_si512();
  for (size_t i = 0; i < n; i += 8) {
    const Vec x = load(a + i), y = load(b + i);
    store(dst + i, p.reduce(_mm512_madd52hi_epu64(zero, x, y), _mm512_madd52lo_epu64(zero, x, y)));
  }
}

void mul_scalar(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Vec m = all(q.q), v = all(w), vs = all(shoup_constant(w, q.q)), negated = Prime(q).negated;
  for (size_t i = 0; i < n; i += 8) store(dst + i, reduce_once(mul_lazy(load(a + i), v, vs, negated), m));
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, size_t n, const ModulusConstants& q) {
  const Vec m = all(q.q), v = all(w), vs = all(shoup_constant(w, q.q)), negated = Prime(q).negated;
  for (size_t i = 0; i < n; i += 8) {
    const Vec d = _mm512_add_epi64(_mm512_sub_epi64(load(a + i), load(b + i)), m);
    store(dst + i, reduce_once(mul_lazy(d, v, vs, negated), m));
  }
}

void mul_scalar_add(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Vec m = all(q.q), v = all(w), vs = all(shoup_constant(w, q.q)), negated = Prime(q).negated;
  for (size_t i = 0; i < n; i += 8) {
    const Vec t = reduce_once(mul_lazy(load(a + i), v, vs, negated), m);
    store(dst + i, reduce_once(_mm512_add_epi64(load(dst + i), t), m));
  }
}

/// Prefetch distance: about the latency of one access to memory.
constexpr size_t kPrefetchWords = 256;

template <typename Second>
inline void dot_with(Word* dst, const Word* const* a, size_t terms, bool accumulate, size_t n,
                     const ModulusConstants& q, const Second& second) {
  const Prime p(q);
  for (size_t i = 0; i < n; i += 8) {
    Vec lo = accumulate ? load(dst + i) : _mm512_setzero_si512(), hi = _mm512_setzero_si512();
    for (size_t t = 0; t < terms; ++t) {
      const Vec x = load(a[t] + i), y = second(t, i);
      lo = _mm512_madd52lo_epu64(lo, x, y);
      hi = _mm512_madd52hi_epu64(hi, x, y);
    }
    store(dst + i, p.reduce(hi, lo));
  }
}

void dot(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, size_t n,
         const ModulusConstants& q) {
  // The second factors are keys and plaintexts, which are read from memory once.
  dot_with(dst, a, terms, accumulate, n, q, [b](size_t t, size_t i) {
    _mm_prefetch(reinterpret_cast<const char*>(b[t] + i + kPrefetchWords), _MM_HINT_T0);
    return load(b[t] + i);
  });
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, int log_run,
              size_t n, const ModulusConstants& q) {
  dot_with(dst, a, terms, accumulate, n, q, [=](size_t t, size_t i) { return all(b[t][i >> log_run]); });
}

// ---- base conversion ----------------------------------------------------------------------------------------------

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, size_t n, const ModulusConstants& q) {
  const Vec m = all(q.q), v = all(w), vs = all(shoup_constant(w, q.q)), reciprocal = all(q.reciprocal),
            negated = Prime(q).negated;
  for (size_t i = 0; i < n; i += 8) {
    const Vec r = reduce_once(mul_lazy(load(x + i), v, vs, negated), m);
    store(y + i, r);
    store(fraction + i, _mm512_madd52hi_epu64(load(fraction + i), r, reciprocal));
  }
}

void round_fraction(Word* fraction, size_t n) {
  const Vec half = all(Word{1} << (kFractionBits - 1));
  for (size_t i = 0; i < n; i += 8) {
    store(fraction + i, _mm512_srli_epi64(_mm512_add_epi64(load(fraction + i), half), kFractionBits));
  }
}

void convert(Word* dst, const Word* const* y, const Word* hat, size_t terms, const Word* overflow, Word negated_product,
             size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Vec product = all(negated_product), zero = _mm512_setzero_si512();
  for (size_t i = 0; i < n; i += 8) {
    const Vec u = load(overflow + i);
    Vec lo = _mm512_madd52lo_epu64(zero, u, product), hi = _mm512_madd52hi_epu64(zero, u, product);
    for (size_t t = 0; t < terms; ++t) {
      const Vec x = load(y[t] + i), h = all(hat[t]);
      lo = _mm512_madd52lo_epu64(lo, x, h);
      hi = _mm512_madd52hi_epu64(hi, x, h);
    }
    store(dst + i, p.reduce(hi, lo));
  }
}

void permute(Word* dst, const Word* src, const uint32_t* index, size_t n) {
  for (size_t i = 0; i < n; i += 8) {
    // The permutation within eight uses the lower three bits only.
    const Vec lane = _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(index + i)));
    store(dst + i, _mm512_permutexvar_epi64(lane, load(src + (index[i] & ~7u))));
  }
}

void from_signed(Word* dst, const int64_t* src, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Vec zero = _mm512_setzero_si512();
  for (size_t i = 0; i < n; i += 8) {
    const Vec x = _mm512_loadu_si512(src + i), magnitude = _mm512_abs_epi64(x);
    const Vec r = p.reduce(_mm512_srli_epi64(magnitude, 52), _mm512_and_si512(magnitude, mask52()));
    store(dst + i, _mm512_mask_blend_epi64(_mm512_movepi64_mask(x), r, subtract(zero, r, p.q)));
  }
}

void lift_centered(Word* dst, const Word* src, size_t n, const ModulusConstants& from, const ModulusConstants& to) {
  const Prime p(to);
  const Vec zero = _mm512_setzero_si512(), whole = all(from.q);
  for (size_t i = 0; i < n; i += 8) {
    const Vec x = load(src + i), opposite = _mm512_sub_epi64(whole, x);
    const Vec r = reduce_once(p.reduce_lazy(_mm512_min_epu64(x, opposite)), p.q);
    store(dst + i, _mm512_mask_blend_epi64(_mm512_cmpgt_epu64_mask(x, opposite), r, subtract(zero, r, p.q)));
  }
}

}  // namespace

constinit const Kernels kAvx512IfmaKernels{
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
