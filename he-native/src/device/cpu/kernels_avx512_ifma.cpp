// AVX-512-IFMA twins of the portable kernels: 52-bit multipliers, lazy residues below 4q < 2^52, canonical results.
#include "device/cpu/avx512_ifma_common.h"
#include "device/cpu/avx512_ifma_ntt.h"

namespace hetal::device {
namespace {

using namespace avx512;  // NOLINT: the shared vector helpers

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
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w)), negated = Prime(q).negated;
  for (std::size_t i = 0; i < n; i += 8) store(dst + i, reduce_once(mul_lazy(load(a + i), v, vs, negated), m));
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w)), negated = Prime(q).negated;
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec d = _mm512_add_epi64(_mm512_sub_epi64(load(a + i), load(b + i)), m);
    store(dst + i, reduce_once(mul_lazy(d, v, vs, negated), m));
  }
}

void mul_scalar_add(Word* dst, const Word* a, Word w, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w)), negated = Prime(q).negated;
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec t = reduce_once(mul_lazy(load(a + i), v, vs, negated), m);
    store(dst + i, reduce_once(_mm512_add_epi64(load(dst + i), t), m));
  }
}

/// How far ahead of its use a word is asked for: about the time of one access to memory.
constexpr std::size_t kPrefetchWords = 256;

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
  // The second factors are keys and plaintexts, which come from memory once.
  dot_with(dst, a, terms, accumulate, n, q, [b](std::size_t t, std::size_t i) {
    _mm_prefetch(reinterpret_cast<const char*>(b[t] + i + kPrefetchWords), _MM_HINT_T0);
    return load(b[t] + i);
  });
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, std::size_t terms, bool accumulate, int log_run,
              std::size_t n, const Modulus& q) {
  dot_with(dst, a, terms, accumulate, n, q, [=](std::size_t t, std::size_t i) { return all(b[t][i >> log_run]); });
}

// ---- base conversion ----------------------------------------------------------------------------------------------

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, std::size_t n, const Modulus& q) {
  const Vec m = all(q.value()), v = all(w), vs = all(q.shoup(w)), reciprocal = all(q.reciprocal()),
            negated = Prime(q).negated;
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec r = reduce_once(mul_lazy(load(x + i), v, vs, negated), m);
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
    // The permutation within eight looks at the lower three bits only.
    const Vec lane = _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(index + i)));
    store(dst + i, _mm512_permutexvar_epi64(lane, load(src + (index[i] & ~7u))));
  }
}

void from_signed(Word* dst, const std::int64_t* src, std::size_t n, const Modulus& q) {
  const Prime p(q);
  const Vec zero = _mm512_setzero_si512();
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec x = _mm512_loadu_si512(src + i), magnitude = _mm512_abs_epi64(x);
    const Vec r = p.reduce(_mm512_srli_epi64(magnitude, 52), _mm512_and_si512(magnitude, mask52()));
    store(dst + i, _mm512_mask_blend_epi64(_mm512_movepi64_mask(x), r, subtract(zero, r, p.q)));
  }
}

void lift_centered(Word* dst, const Word* src, std::size_t n, const Modulus& from, const Modulus& to) {
  const Prime p(to);
  const Vec zero = _mm512_setzero_si512(), whole = all(from.value());
  for (std::size_t i = 0; i < n; i += 8) {
    const Vec x = load(src + i), opposite = _mm512_sub_epi64(whole, x);
    const Vec r = reduce_once(p.reduce_lazy(_mm512_min_epu64(x, opposite)), p.q);
    store(dst + i, _mm512_mask_blend_epi64(_mm512_cmpgt_epu64_mask(x, opposite), r, subtract(zero, r, p.q)));
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
    k.ntt = avx512::ntt, k.intt = avx512::intt;
    k.add = add, k.sub = sub, k.negate = negate, k.mul = mul;
    k.mul_scalar = mul_scalar, k.sub_mul_scalar = sub_mul_scalar, k.mul_scalar_add = mul_scalar_add;
    k.dot = dot, k.dot_runs = dot_runs;
    k.scale_for_conversion = scale_for_conversion, k.round_fraction = round_fraction, k.convert = convert;
    k.permute = permute, k.from_signed = from_signed, k.lift_centered = lift_centered;
    return k;
  }();
  return here ? &kernels : nullptr;
}

}  // namespace hetal::device
