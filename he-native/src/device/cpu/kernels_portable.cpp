// The kernels in plain C++, for every processor.
#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

using Wide = unsigned __int128;

inline Word add_mod(const ModulusConstants& q, Word a, Word b) {
  const Word s = a + b;
  return s >= q.q ? s - q.q : s;
}
inline Word sub_mod(const ModulusConstants& q, Word a, Word b) { return a >= b ? a - b : a + q.q - b; }
inline Word negate_mod(const ModulusConstants& q, Word a) { return a == 0 ? 0 : q.q - a; }
inline Word reduce_mod(const ModulusConstants& q, Wide x) { return static_cast<Word>(x % q.q); }
inline Word mul_mod(const ModulusConstants& q, Word a, Word b) { return reduce_mod(q, static_cast<Wide>(a) * b); }
inline Word reduce_signed_mod(const ModulusConstants& q, int64_t x) {
  const int64_t r = x % static_cast<int64_t>(q.q);
  return static_cast<Word>(r < 0 ? r + static_cast<int64_t>(q.q) : r);
}
/// a < 2^52, w < q with its Shoup constant.
inline Word mul_shoup_mod(const ModulusConstants& q, Word a, Word w, Word w_shoup) {
  const Word r = a * w - static_cast<Word>((static_cast<Wide>(a) * w_shoup) >> kShoupBits) * q.q;
  return r >= q.q ? r - q.q : r;
}

void prepare_twiddles(Word*, Word*, size_t, const ModulusConstants&) {}

// Harvey's lazy butterflies are left to the SIMD twins: here every value is canonical after every step.
void ntt(Word* x, const NttConstants& table) {
  const ModulusConstants& q = table.q;
  size_t gap = table.ring_degree;
  for (size_t groups = 1; groups < table.ring_degree; groups *= 2) {
    gap /= 2;
    for (size_t g = 0; g < groups; ++g) {
      const Word w = table.root[groups + g], w_shoup = table.root_shoup[groups + g];
      for (size_t i = 2 * g * gap; i < (2 * g + 1) * gap; ++i) {
        const Word a = x[i], b = mul_shoup_mod(q, x[i + gap], w, w_shoup);
        x[i] = add_mod(q, a, b);
        x[i + gap] = sub_mod(q, a, b);
      }
    }
  }
}

void intt(Word* x, const NttConstants& table) {
  const ModulusConstants& q = table.q;
  size_t gap = 1;
  for (size_t groups = table.ring_degree / 2; groups >= 1; groups /= 2) {
    for (size_t g = 0; g < groups; ++g) {
      const Word w = table.inverse_root[groups + g], w_shoup = table.inverse_root_shoup[groups + g];
      for (size_t i = 2 * g * gap; i < (2 * g + 1) * gap; ++i) {
        const Word a = x[i], b = x[i + gap];
        x[i] = add_mod(q, a, b);
        x[i + gap] = mul_shoup_mod(q, sub_mod(q, a, b), w, w_shoup);
      }
    }
    gap *= 2;
  }
  for (size_t i = 0; i < table.ring_degree; ++i) {
    x[i] = mul_shoup_mod(q, x[i], table.degree_inverse, table.degree_inverse_shoup);
  }
}

void add(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  for (size_t i = 0; i < n; ++i) dst[i] = add_mod(q, a[i], b[i]);
}

void sub(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  for (size_t i = 0; i < n; ++i) dst[i] = sub_mod(q, a[i], b[i]);
}

void negate(Word* dst, const Word* a, size_t n, const ModulusConstants& q) {
  for (size_t i = 0; i < n; ++i) dst[i] = negate_mod(q, a[i]);
}

void mul(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q) {
  for (size_t i = 0; i < n; ++i) dst[i] = mul_mod(q, a[i], b[i]);
}

void mul_scalar(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Word w_shoup = shoup_constant(w, q.q);
  for (size_t i = 0; i < n; ++i) dst[i] = mul_shoup_mod(q, a[i], w, w_shoup);
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, size_t n, const ModulusConstants& q) {
  const Word w_shoup = shoup_constant(w, q.q);
  for (size_t i = 0; i < n; ++i) dst[i] = mul_shoup_mod(q, sub_mod(q, a[i], b[i]), w, w_shoup);
}

void mul_scalar_add(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Word w_shoup = shoup_constant(w, q.q);
  for (size_t i = 0; i < n; ++i) dst[i] = add_mod(q, dst[i], mul_shoup_mod(q, a[i], w, w_shoup));
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, int log_run,
              size_t n, const ModulusConstants& q) {
  for (size_t i = 0; i < n; ++i) {
    Wide sum = accumulate ? dst[i] : 0;
    for (size_t t = 0; t < terms; ++t) sum += static_cast<Wide>(a[t][i]) * b[t][i >> log_run];
    dst[i] = reduce_mod(q, sum);
  }
}

void dot(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, size_t n,
         const ModulusConstants& q) {
  dot_runs(dst, a, b, terms, accumulate, 0, n, q);
}

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, size_t n, const ModulusConstants& q) {
  const Word w_shoup = shoup_constant(w, q.q);
  for (size_t i = 0; i < n; ++i) {
    y[i] = mul_shoup_mod(q, x[i], w, w_shoup);
    fraction[i] += static_cast<Word>((static_cast<Wide>(y[i]) * q.reciprocal) >> kShoupBits);
  }
}

void round_fraction(Word* fraction, size_t n) {
  for (size_t i = 0; i < n; ++i) fraction[i] = (fraction[i] + (Word{1} << (kFractionBits - 1))) >> kFractionBits;
}

void convert(Word* dst, const Word* const* y, const Word* hat, size_t terms, const Word* overflow, Word negated_product,
             size_t n, const ModulusConstants& q) {
  for (size_t i = 0; i < n; ++i) {
    Wide sum = static_cast<Wide>(overflow[i]) * negated_product;
    for (size_t t = 0; t < terms; ++t) sum += static_cast<Wide>(y[t][i]) * hat[t];
    dst[i] = reduce_mod(q, sum);
  }
}

void permute(Word* dst, const Word* src, const uint32_t* index, size_t n) {
  for (size_t i = 0; i < n; ++i) dst[i] = src[index[i]];
}

void from_signed(Word* dst, const int64_t* src, size_t n, const ModulusConstants& q) {
  for (size_t i = 0; i < n; ++i) dst[i] = reduce_signed_mod(q, src[i]);
}

void lift_centered(Word* dst, const Word* src, size_t n, const ModulusConstants& from, const ModulusConstants& to) {
  const Word half = from.q / 2;
  for (size_t i = 0; i < n; ++i) {
    const int64_t centred = static_cast<int64_t>(src[i]) - (src[i] > half ? static_cast<int64_t>(from.q) : 0);
    dst[i] = reduce_signed_mod(to, centred);
  }
}

}  // namespace

constinit const Kernels kPortableKernels{
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
