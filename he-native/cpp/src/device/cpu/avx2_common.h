// Common code of the AVX2 kernels. Only the translation unit that is compiled for AVX2 includes it, so everything is in
// an unnamed namespace.
//
// Residues are whole numbers in doubles. A product is represented exactly by the rounded product and its rounding
// error, which a fused multiply-add computes. The quotient by q is rounded to a whole number by adding and
// subtracting 1.5 * 2^52. Every step after that is exact, so the residues equal those of the portable kernels. Bounds
// are given as multiples of q and hold for q < 2^50: sums stay below 8q <= 2^53, factors of a product below 4q <= 2^52.
#pragma once

#include <immintrin.h>

#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

using Ints = __m256i;
using Reals = __m256d;

constexpr size_t kLanes = 4;

inline Ints load(const Word* p) { return _mm256_loadu_si256((const Ints*)p); }
inline void store(Word* p, Ints v) { _mm256_storeu_si256((Ints*)p, v); }
inline Reals load_reals(const Word* p) { return _mm256_loadu_pd((const double*)p); }
inline void store_reals(Word* p, Reals v) { _mm256_storeu_pd((double*)p, v); }
inline Ints all(Word w) { return _mm256_set1_epi64x((long long)w); }
inline Reals all(double x) { return _mm256_set1_pd(x); }

/// A whole number below 2^52 is the mantissa of the double 2^52 plus that number.
inline Reals to_reals(Ints v) {
  const Reals two52 = all(0x1p52);
  return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(v, _mm256_castpd_si256(two52))), two52);
}
inline Ints to_ints(Reals v) {
  const Reals two52 = all(0x1p52);
  return _mm256_xor_si256(_mm256_castpd_si256(_mm256_add_pd(v, two52)), _mm256_castpd_si256(two52));
}

/// The representative of w modulo q in [-q/2, q/2].
inline double centred(Word w, Word q) { return w > q / 2 ? (double)w - (double)q : (double)w; }

/// A centered residue and its correctly rounded quotient by q.
struct Factor {
  Reals w, over_q;
};
inline Factor factor(Word w, Word q) {
  const double c = centred(w, q);
  return {all(c), all(c / (double)q)};
}

struct Prime {
  Reals q, inverse, round = all(0x1.8p52);
  explicit Prime(const ModulusConstants& m) : q(all((double)m.q)), inverse(all(1.0 / (double)m.q)) {}

  /// a b, rounded to a whole number; |a b| < 2^51.
  Reals whole_product(Reals a, Reals b) const { return _mm256_sub_pd(_mm256_fmadd_pd(a, b, round), round); }
  /// From |v| < 2^53 to [-q/2, q/2], or half a unit more.
  Reals centre(Reals v) const { return _mm256_fnmadd_pd(whole_product(v, inverse), q, v); }
  /// From (-q, q) to [0, q).
  Reals canonical(Reals v) const { return _mm256_blendv_pd(v, _mm256_add_pd(v, q), v); }
  Ints residue(Reals v) const { return to_ints(canonical(centre(v))); }
  /// a b - c q for a rounded quotient c. The difference of the high part and c q is a whole number below 2^53.
  Reals remainder(Reals a, Reals b, Reals high, Reals c) const {
    return _mm256_add_pd(_mm256_fnmadd_pd(c, q, high), _mm256_fmsub_pd(a, b, high));
  }
  /// For |a| <= B q with B <= 4, the result is at most (1/2 + B/32) q, because over_q is exact to 2^-55.
  Reals mul(Reals a, const Factor& f) const {
    return remainder(a, f.w, _mm256_mul_pd(a, f.w), whole_product(a, f.over_q));
  }
  /// For |a|, |b| <= q, the result is below 0.8 q.
  Reals mul(Reals a, Reals b) const {
    const Reals high = _mm256_mul_pd(a, b);
    return remainder(a, b, high, whole_product(high, inverse));
  }
};

}  // namespace
}  // namespace hetal::device
