// The readable kernels. Every other path must equal these word for word.
#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

// Harvey's lazy butterflies are left to the SIMD twins: here every value is canonical after every step.
void ntt(Word* x, const NttTable& table) {
  const Modulus& q = table.modulus;
  std::size_t gap = table.ring_degree;
  for (std::size_t groups = 1; groups < table.ring_degree; groups *= 2) {
    gap /= 2;
    for (std::size_t g = 0; g < groups; ++g) {
      const Word w = table.root[groups + g], w_shoup = table.root_shoup[groups + g];
      for (std::size_t i = 2 * g * gap; i < (2 * g + 1) * gap; ++i) {
        const Word a = x[i], b = q.mul_shoup(x[i + gap], w, w_shoup);
        x[i] = q.add(a, b);
        x[i + gap] = q.sub(a, b);
      }
    }
  }
}

void intt(Word* x, const NttTable& table) {
  const Modulus& q = table.modulus;
  std::size_t gap = 1;
  for (std::size_t groups = table.ring_degree / 2; groups >= 1; groups /= 2) {
    for (std::size_t g = 0; g < groups; ++g) {
      const Word w = table.inverse_root[groups + g], w_shoup = table.inverse_root_shoup[groups + g];
      for (std::size_t i = 2 * g * gap; i < (2 * g + 1) * gap; ++i) {
        const Word a = x[i], b = x[i + gap];
        x[i] = q.add(a, b);
        x[i + gap] = q.mul_shoup(q.sub(a, b), w, w_shoup);
      }
    }
    gap *= 2;
  }
  for (std::size_t i = 0; i < table.ring_degree; ++i) {
    x[i] = q.mul_shoup(x[i], table.degree_inverse, table.degree_inverse_shoup);
  }
}

void add(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.add(a[i], b[i]);
}

void sub(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.sub(a[i], b[i]);
}

void negate(Word* dst, const Word* a, std::size_t n, const Modulus& q) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.negate(a[i]);
}

void mul(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.mul(a[i], b[i]);
}

void mul_scalar(Word* dst, const Word* a, Word w, std::size_t n, const Modulus& q) {
  const Word w_shoup = q.shoup(w);
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.mul_shoup(a[i], w, w_shoup);
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, std::size_t n, const Modulus& q) {
  const Word w_shoup = q.shoup(w);
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.mul_shoup(q.sub(a[i], b[i]), w, w_shoup);
}

void mul_scalar_add(Word* dst, const Word* a, Word w, std::size_t n, const Modulus& q) {
  const Word w_shoup = q.shoup(w);
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.add(dst[i], q.mul_shoup(a[i], w, w_shoup));
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, std::size_t terms, bool accumulate, int log_run,
              std::size_t n, const Modulus& q) {
  for (std::size_t i = 0; i < n; ++i) {
    unsigned __int128 sum = accumulate ? dst[i] : 0;
    for (std::size_t t = 0; t < terms; ++t) sum += static_cast<unsigned __int128>(a[t][i]) * b[t][i >> log_run];
    dst[i] = q.reduce(sum);
  }
}

void dot(Word* dst, const Word* const* a, const Word* const* b, std::size_t terms, bool accumulate, std::size_t n,
         const Modulus& q) {
  dot_runs(dst, a, b, terms, accumulate, 0, n, q);
}

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, std::size_t n, const Modulus& q) {
  const Word w_shoup = q.shoup(w);
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = q.mul_shoup(x[i], w, w_shoup);
    fraction[i] += static_cast<Word>((static_cast<unsigned __int128>(y[i]) * q.reciprocal()) >> kShoupBits);
  }
}

void round_fraction(Word* fraction, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) fraction[i] = (fraction[i] + (Word{1} << (kFractionBits - 1))) >> kFractionBits;
}

void convert(Word* dst, const Word* const* y, const Word* hat, std::size_t terms, const Word* overflow,
             Word negated_product, std::size_t n, const Modulus& q) {
  for (std::size_t i = 0; i < n; ++i) {
    unsigned __int128 sum = static_cast<unsigned __int128>(overflow[i]) * negated_product;
    for (std::size_t t = 0; t < terms; ++t) sum += static_cast<unsigned __int128>(y[t][i]) * hat[t];
    dst[i] = q.reduce(sum);
  }
}

void permute(Word* dst, const Word* src, const std::uint32_t* index, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = src[index[i]];
}

void from_signed(Word* dst, const std::int64_t* src, std::size_t n, const Modulus& q) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = q.reduce_signed(src[i]);
}

void lift_centered(Word* dst, const Word* src, std::size_t n, const Modulus& from, const Modulus& to) {
  const Word half = from.value() / 2;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t centred =
        static_cast<std::int64_t>(src[i]) - (src[i] > half ? static_cast<std::int64_t>(from.value()) : 0);
    dst[i] = to.reduce_signed(centred);
  }
}

std::uint32_t bit_reverse(std::uint32_t x, int bits) {
  std::uint32_t r = 0;
  for (int i = 0; i < bits; ++i) r |= ((x >> i) & 1u) << (bits - 1 - i);
  return r;
}

}  // namespace

NttTable::NttTable(const Modulus& q, std::uint32_t degree)
    : modulus(q), ring_degree(degree), storage(owned_words(4 * static_cast<std::size_t>(degree))) {
  Word *w = storage.get(), *ws = w + degree, *iw = ws + degree, *iws = iw + degree;
  root = w, root_shoup = ws, inverse_root = iw, inverse_root_shoup = iws;
  int log_degree = 0;
  while ((1u << log_degree) < degree) ++log_degree;
  const Word psi = primitive_root_2n(q, degree), psi_inverse = q.inverse(psi);
  Word power = 1, inverse_power = 1;
  for (std::uint32_t i = 0; i < degree; ++i) {
    const std::uint32_t r = bit_reverse(i, log_degree);
    w[r] = power;
    ws[r] = q.shoup(power);
    iw[r] = inverse_power;
    iws[r] = q.shoup(inverse_power);
    power = q.mul(power, psi);
    inverse_power = q.mul(inverse_power, psi_inverse);
  }
  degree_inverse = q.inverse(degree);
  degree_inverse_shoup = q.shoup(degree_inverse);
}

const Kernels& portable_kernels() {
  static const Kernels kernels{"portable",
                               ntt,
                               intt,
                               add,
                               sub,
                               negate,
                               mul,
                               mul_scalar,
                               sub_mul_scalar,
                               mul_scalar_add,
                               dot,
                               dot_runs,
                               scale_for_conversion,
                               round_fraction,
                               convert,
                               permute,
                               from_signed,
                               lift_centered};
  return kernels;
}

}  // namespace hetal::device
