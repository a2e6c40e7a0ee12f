// Common code of the AVX-512-IFMA kernels. Only the translation unit that is compiled for AVX-512-IFMA includes it, so
// everything is in an unnamed namespace.
#pragma once

#include <immintrin.h>

#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

using Vec = __m512i;

inline Vec load(const Word* p) { return _mm512_loadu_si512(p); }
inline void store(Word* p, Vec v) { _mm512_storeu_si512(p, v); }
inline Vec all(Word w) { return _mm512_set1_epi64(static_cast<long long>(w)); }
inline Vec mask52() { return all((Word{1} << 52) - 1); }

/// From [0, 2m) to [0, m). If v < m, the difference wraps around and is larger than v.
inline Vec reduce_once(Vec v, Vec m) { return _mm512_min_epu64(v, _mm512_sub_epi64(v, m)); }

/// a * w in [0, 2q) for a < 2^52 and w < q. `negated` is 2^52 - q, which is -q modulo 2^52.
inline Vec mul_lazy(Vec a, Vec w, Vec w_shoup, Vec negated) {
  const Vec zero = _mm512_setzero_si512();
  const Vec quotient = _mm512_madd52hi_epu64(zero, a, w_shoup);
  const Vec low = _mm512_madd52lo_epu64(zero, a, w);
  return _mm512_and_si512(_mm512_madd52lo_epu64(low, quotient, negated), mask52());
}

struct Prime {
  Vec q, q2, negated, one, two52, two52_shoup;
  explicit Prime(const ModulusConstants& m)
      : q(all(m.q)),
        q2(all(2 * m.q)),
        negated(all((Word{1} << 52) - m.q)),
        one(all(m.shoup_of_one)),
        two52(all(m.two52)),
        two52_shoup(all(m.two52_shoup)) {}
  /// From v < 2^52 to [0, 2q).
  Vec reduce_lazy(Vec v) const {
    const Vec zero = _mm512_setzero_si512();
    const Vec quotient = _mm512_madd52hi_epu64(zero, v, one);
    return _mm512_sub_epi64(v, _mm512_madd52lo_epu64(zero, quotient, q));
  }
  /// hi * 2^52 + lo in [0, q). lo may exceed 52 bits.
  Vec reduce(Vec hi, Vec lo) const {
    hi = _mm512_add_epi64(hi, _mm512_srli_epi64(lo, 52));
    lo = _mm512_and_si512(lo, mask52());
    const Vec sum = _mm512_add_epi64(mul_lazy(hi, two52, two52_shoup, negated), reduce_lazy(lo));
    return reduce_once(reduce_once(sum, q2), q);
  }
};

}  // namespace
}  // namespace hetal::device
