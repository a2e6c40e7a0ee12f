// The kernels in plain C++, for every processor.
#include "device/cpu/portable_arithmetic.h"
#include "device/cpu/portable_ntt.h"

namespace hetal::device {
namespace {

void add(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& m) {
  const Word q = m.q;
  for (size_t i = 0; i < n; ++i) dst[i] = subtract_once(a[i] + b[i], q);
}

void sub(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& m) {
  const Word q = m.q;
  for (size_t i = 0; i < n; ++i) dst[i] = subtract_once(a[i] + q - b[i], q);
}

void negate(Word* dst, const Word* a, size_t n, const ModulusConstants& m) {
  const Word q = m.q;
  for (size_t i = 0; i < n; ++i) dst[i] = subtract_once(q - a[i], q);
}

void mul(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& m) {
  const Prime p(m);
  for (size_t i = 0; i < n; ++i) dst[i] = p.residue(static_cast<Wide>(a[i]) * b[i]);
}

void mul_scalar(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& m) {
  const Word q = m.q, ws = shoup64(w, q);
  for (size_t i = 0; i < n; ++i) dst[i] = subtract_once(shoup_lazy(a[i], w, ws, q), q);
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, size_t n, const ModulusConstants& m) {
  const Word q = m.q, ws = shoup64(w, q);
  for (size_t i = 0; i < n; ++i) dst[i] = subtract_once(shoup_lazy(a[i] + q - b[i], w, ws, q), q);
}

void mul_scalar_add(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& m) {
  const Word q = m.q, ws = shoup64(w, q);
  for (size_t i = 0; i < n; ++i) {
    dst[i] = subtract_once(subtract_once(dst[i] + shoup_lazy(a[i], w, ws, q), 2 * q), q);
  }
}

/// dst = start + sum of first(t, i) * second(t, i), two words at a time. n is even.
template <typename Start, typename First, typename Second>
inline void sum_products(Word* dst, size_t terms, size_t n, const ModulusConstants& m, const Start& start,
                         const First& first, const Second& second) {
  const Prime p(m);
  for (size_t i = 0; i < n; i += 2) {
    Wide even = start(i), odd = start(i + 1);
    for (size_t t = 0; t < terms; ++t) {
      even += static_cast<Wide>(first(t, i)) * second(t, i);
      odd += static_cast<Wide>(first(t, i + 1)) * second(t, i + 1);
    }
    dst[i] = p.residue(even), dst[i + 1] = p.residue(odd);
  }
}

void dot(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, size_t n,
         const ModulusConstants& m) {
  sum_products(
      dst, terms, n, m, [=](size_t i) { return Wide{accumulate ? dst[i] : 0}; },
      [=](size_t t, size_t i) { return a[t][i]; }, [=](size_t t, size_t i) { return b[t][i]; });
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, int log_run,
              size_t n, const ModulusConstants& m) {
  sum_products(
      dst, terms, n, m, [=](size_t i) { return Wide{accumulate ? dst[i] : 0}; },
      [=](size_t t, size_t i) { return a[t][i]; }, [=](size_t t, size_t i) { return b[t][i >> log_run]; });
}

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, size_t n, const ModulusConstants& m) {
  const Word q = m.q, ws = shoup64(w, q), reciprocal = m.reciprocal << 6;
  for (size_t i = 0; i < n; ++i) {
    const Word r = subtract_once(shoup_lazy(x[i], w, ws, q), q);
    y[i] = r;
    fraction[i] += high_product(r << 6, reciprocal);  // floor(r * m.reciprocal / 2^52)
  }
}

void round_fraction(Word* fraction, size_t n) {
  for (size_t i = 0; i < n; ++i) fraction[i] = (fraction[i] + (Word{1} << (kFractionBits - 1))) >> kFractionBits;
}

void convert(Word* dst, const Word* const* y, const Word* hat, size_t terms, const Word* overflow, Word negated_product,
             size_t n, const ModulusConstants& m) {
  sum_products(
      dst, terms, n, m, [=](size_t i) { return static_cast<Wide>(overflow[i]) * negated_product; },
      [=](size_t t, size_t i) { return y[t][i]; }, [=](size_t t, size_t) { return hat[t]; });
}

void permute(Word* dst, const Word* src, const uint32_t* index, size_t n) {
  for (size_t i = 0; i < n; ++i) dst[i] = src[index[i]];
}

void from_signed(Word* dst, const int64_t* src, size_t n, const ModulusConstants& m) {
  const Prime p(m);
  for (size_t i = 0; i < n; ++i) {
    const Word x = static_cast<Word>(src[i]);
    dst[i] = p.residue(src[i] < 0 ? Word{0} - x : x, src[i] < 0);
  }
}

void lift_centered(Word* dst, const Word* src, size_t n, const ModulusConstants& from, const ModulusConstants& to) {
  const Prime p(to);
  const Word half = from.q / 2;
  for (size_t i = 0; i < n; ++i) {
    const bool above = src[i] > half;
    dst[i] = p.residue(above ? from.q - src[i] : src[i], above);
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
