// AVX2 versions of the portable kernels: residues in doubles, products by fused multiply-adds (avx2_common.h).
#if defined(__x86_64__)

#include "device/cpu/avx2_common.h"
#include "device/cpu/avx2_ntt.h"

namespace hetal::device {
namespace {

// ---- pointwise ------------------------------------------------------------------------------------------------------

/// From [-q, q) to [0, q), on integers.
inline Ints lifted(Ints v, Ints q) {
  return _mm256_castpd_si256(
      _mm256_blendv_pd(_mm256_castsi256_pd(v), _mm256_castsi256_pd(_mm256_add_epi64(v, q)), _mm256_castsi256_pd(v)));
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
  for (size_t i = 0; i < n; i += 4) {
    store(dst + i, to_ints(p.canonical(p.mul(to_reals(load(a + i)), to_reals(load(b + i))))));
  }
}

void mul_scalar(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(w, q.q);
  for (size_t i = 0; i < n; i += 4) store(dst + i, to_ints(p.canonical(p.mul(to_reals(load(a + i)), f))));
}

void sub_mul_scalar(Word* dst, const Word* a, const Word* b, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(w, q.q);
  for (size_t i = 0; i < n; i += 4) {
    const Reals difference = _mm256_sub_pd(to_reals(load(a + i)), to_reals(load(b + i)));
    store(dst + i, to_ints(p.canonical(p.mul(difference, f))));
  }
}

void mul_scalar_add(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(w, q.q);
  for (size_t i = 0; i < n; i += 4) {
    store(dst + i, p.residue(_mm256_add_pd(p.mul(to_reals(load(a + i)), f), to_reals(load(dst + i)))));
  }
}

// ---- sums of products -----------------------------------------------------------------------------------------------

/// An exact sum of at most kExactTerms products of whole numbers in [0, 2^50]. The high parts are added to 2^103. The
/// unit in the last place of the sum is 2^51 up to 2^104, so each addition rounds off at most 2^50. A fused
/// multiply-add computes that error exactly.
struct ProductSum {
  Reals high = all(0x1p103), low = _mm256_setzero_pd();
  void add(Reals a, Reals b) {
    const Reals next = _mm256_fmadd_pd(a, b, high);
    low = _mm256_add_pd(low, _mm256_fmsub_pd(a, b, _mm256_sub_pd(next, high)));
    high = next;
  }
};
constexpr size_t kExactTerms = 8;

struct SumReduction {
  Prime p;
  Factor two51;
  explicit SumReduction(const ModulusConstants& q) : p(q), two51(factor((Word{1} << 51) % q.q, q.q)) {}
  /// The sum modulo q, at most 1.2 q.
  Reals reduced(const ProductSum& sum) const {
    const Reals shifted = _mm256_mul_pd(_mm256_sub_pd(sum.high, all(0x1p103)), all(0x1p-51));
    return _mm256_add_pd(p.mul(shifted, two51), p.centre(sum.low));
  }
};

/// Prefetch distance: about the latency of one access to memory.
constexpr size_t kPrefetchWords = 256;

/// Vectors whose sums are computed together. A sum is a chain of additions, and four chains hide their latency.
constexpr size_t kChains = 4;

/// dst = start + sum of first(t, i) * second(t, i) for the next kChains vectors of words.
template <typename Start, typename First, typename Second>
inline void sum_products_at(Word* dst, size_t i, size_t terms, const SumReduction& r, const Start& start,
                            const First& first, const Second& second) {
  Reals total[kChains];
#pragma GCC unroll 4
  for (size_t v = 0; v < kChains; ++v) total[v] = start(i + v * kLanes);
  for (size_t done = 0; done < terms;) {
    const size_t end = terms - done > kExactTerms ? done + kExactTerms : terms;
    ProductSum sum[kChains];
    for (; done < end; ++done) {
#pragma GCC unroll 4
      for (size_t v = 0; v < kChains; ++v) sum[v].add(first(done, i + v * kLanes), second(done, i + v * kLanes));
    }
#pragma GCC unroll 4
    for (size_t v = 0; v < kChains; ++v) total[v] = _mm256_add_pd(total[v], r.reduced(sum[v]));
  }
#pragma GCC unroll 4
  for (size_t v = 0; v < kChains; ++v) store(dst + i + v * kLanes, r.p.residue(total[v]));
}

/// dst = start + sum of first(t, i) * second(t, i).
template <typename Start, typename First, typename Second>
inline void sum_products(Word* dst, size_t terms, size_t n, const ModulusConstants& q, const Start& start,
                         const First& first, const Second& second) {
  const SumReduction r(q);
  for (size_t i = 0; i < n; i += kChains * kLanes) sum_products_at(dst, i, terms, r, start, first, second);
}

void dot(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, size_t n,
         const ModulusConstants& q) {
  sum_products(
      dst, terms, n, q, [=](size_t i) { return accumulate ? to_reals(load(dst + i)) : _mm256_setzero_pd(); },
      [=](size_t t, size_t i) { return to_reals(load(a[t] + i)); },
      [=](size_t t, size_t i) {
        // The second factors are keys and plaintexts, which are read from memory once.
        _mm_prefetch((const char*)(b[t] + i + kPrefetchWords), _MM_HINT_T0);
        return to_reals(load(b[t] + i));
      });
}

void dot_runs(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, int log_run,
              size_t n, const ModulusConstants& q) {
  sum_products(
      dst, terms, n, q, [=](size_t i) { return accumulate ? to_reals(load(dst + i)) : _mm256_setzero_pd(); },
      [=](size_t t, size_t i) { return to_reals(load(a[t] + i)); },
      [=](size_t t, size_t i) { return to_reals(all(b[t][i >> log_run])); });
}

// ---- base conversion ------------------------------------------------------------------------------------------------

void scale_for_conversion(Word* y, Word* fraction, const Word* x, Word w, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor f = factor(w, q.q);
  const Reals reciprocal = all((double)q.reciprocal), two52 = all(0x1p52), down = all(0x1p-52);
  for (size_t i = 0; i < n; i += 4) {
    const Reals r = p.canonical(p.mul(to_reals(load(x + i)), f));
    store(y + i, to_ints(r));
    // The quotient by 2^52 is rounded to nearest. Where it is one too large, the exact remainder is negative.
    const Reals high = _mm256_mul_pd(r, reciprocal), low = _mm256_fmsub_pd(r, reciprocal, high);
    const Reals quotient = p.whole_product(high, down);
    const Reals rest = _mm256_add_pd(_mm256_fnmadd_pd(quotient, two52, high), low);
    const Reals below = _mm256_and_pd(_mm256_cmp_pd(rest, _mm256_setzero_pd(), _CMP_LT_OQ), all(1.0));
    const Reals whole = _mm256_sub_pd(quotient, below);
    store(fraction + i, _mm256_add_epi64(load(fraction + i), to_ints(whole)));
  }
}

void round_fraction(Word* fraction, size_t n) {
  const Ints half = all(Word{1} << (kFractionBits - 1));
  for (size_t i = 0; i < n; i += 4) {
    store(fraction + i, _mm256_srli_epi64(_mm256_add_epi64(load(fraction + i), half), kFractionBits));
  }
}

void convert(Word* dst, const Word* const* y, const Word* hat, size_t terms, const Word* overflow, Word negated_product,
             size_t n, const ModulusConstants& q) {
  double factors[kMaxLazyTerms];
  for (size_t t = 0; t < terms; ++t) factors[t] = (double)hat[t];
  const Prime p(q);
  // The overflow is at most `terms`, so its product with a centered residue is below 2^53.
  const Reals product = all(centred(negated_product, q.q));
  sum_products(
      dst, terms, n, q, [=](size_t i) { return p.centre(_mm256_mul_pd(to_reals(load(overflow + i)), product)); },
      [=](size_t t, size_t i) { return to_reals(load(y[t] + i)); },
      [&factors](size_t t, size_t) { return _mm256_broadcast_sd(factors + t); });
}

// ---- the rest -------------------------------------------------------------------------------------------------------

void permute(Word* dst, const Word* src, const uint32_t* index, size_t n) {
  for (size_t i = 0; i < n; i += 8) {
    const double* const run = (const double*)(src + (index[i] & ~7u));
    const Reals low = _mm256_loadu_pd(run), high = _mm256_loadu_pd(run + 4);
    for (size_t j = 0; j < 8; j += 4) {
      const Ints lane = _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i*)(index + i + j)));
      // Word l of four consists of the halves 2 l and 2 l + 1.
      const Ints twice = _mm256_add_epi64(lane, lane);
      const Ints halves = _mm256_or_si256(twice, _mm256_slli_epi64(_mm256_add_epi64(twice, all(Word{1})), 32));
      const __m256 from_low = _mm256_permutevar8x32_ps(_mm256_castpd_ps(low), halves);
      const __m256 from_high = _mm256_permutevar8x32_ps(_mm256_castpd_ps(high), halves);
      // Moves bit 2 of the lane to the sign.
      const Reals upper = _mm256_castsi256_pd(_mm256_slli_epi64(lane, 61));
      store_reals(dst + i + j, _mm256_blendv_pd(_mm256_castps_pd(from_low), _mm256_castps_pd(from_high), upper));
    }
  }
}

void from_signed(Word* dst, const int64_t* src, size_t n, const ModulusConstants& q) {
  const Prime p(q);
  const Factor two32 = factor(Word{1} << 32, q.q);
  const Ints zero = _mm256_setzero_si256(), m = all(q.q), low32 = all((Word{1} << 32) - 1);
  for (size_t i = 0; i < n; i += 4) {
    const Ints x = load((const Word*)(src + i)), negative = _mm256_cmpgt_epi64(zero, x);
    const Ints magnitude = _mm256_sub_epi64(_mm256_xor_si256(x, negative), negative);
    const Reals high = p.mul(to_reals(_mm256_srli_epi64(magnitude, 32)), two32);
    const Ints r = p.residue(_mm256_add_pd(high, to_reals(_mm256_and_si256(magnitude, low32))));
    store(dst + i, _mm256_blendv_epi8(r, lifted(_mm256_sub_epi64(zero, r), m), negative));
  }
}

void lift_centered(Word* dst, const Word* src, size_t n, const ModulusConstants& from, const ModulusConstants& to) {
  const Prime p(to);
  const Reals half = all((double)(from.q / 2)), whole = all((double)from.q);
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
