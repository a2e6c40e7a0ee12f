// The NTT with AVX-512-IFMA: 52-bit multipliers, lazy residues below 2^52, canonical results.
//
// The butterfly tree (node k has the children 2k and 2k + 1) is traversed depth first, so that each subtree is finished
// while it is in the cache. A pass computes up to four levels in registers. The last four levels (distances 8 to 1)
// stay within two vectors. Only kernels_avx512_ifma.cpp includes this header.
#pragma once

#include "device/cpu/avx512_ifma_common.h"

namespace hetal::device {
namespace {

/// Primes below this need no reduction in a forward transform: each level adds at most 2q, and 2^52 / 2^46 = 64.
inline constexpr Word kSmallPrime = Word{1} << 46;
inline constexpr uint32_t kSmallPrimeRing = 1u << 24;

struct Tree {
  const Word *w, *ws;
  Prime p;
  Vec scale, scale_shoup;  // 1 / N, the factor of the inverse
};

/// Cooley-Tukey. From a, b < 4q to below 4q. For small primes: from below 2^52 to at most 2q more.
template <bool kSmall>
inline void forward(Vec& a, Vec& b, Vec w, Vec ws, const Prime& p) {
  const Vec x = kSmall ? a : reduce_once(a, p.q2), t = mul_lazy(b, w, ws, p.negated);
  a = _mm512_add_epi64(x, t);
  b = _mm512_sub_epi64(_mm512_add_epi64(x, p.q2), t);
}

/// Gentleman-Sande. From a, b < 2q to below 2q.
inline void inverse(Vec& a, Vec& b, Vec w, Vec ws, const Prime& p) {
  const Vec difference = _mm512_sub_epi64(_mm512_add_epi64(a, p.q2), b);
  a = reduce_once(_mm512_add_epi64(a, b), p.q2);
  b = mul_lazy(difference, w, ws, p.negated);
}

// ---- levels between vectors ---------------------------------------------------------------------------------------

/// The `Levels` levels below node k, on 2^Levels rows of `row` words each.
template <int Levels, bool kSmall>
void forward_levels(Word* x, size_t row, size_t k, const Tree& t) {
  constexpr int kRows = 1 << Levels;
  for (size_t i = 0; i < row; i += 8) {
    Vec r[kRows];
#pragma GCC unroll 16
    for (int c = 0; c < kRows; ++c) r[c] = load(x + static_cast<size_t>(c) * row + i);
#pragma GCC unroll 4
    for (int level = 0; level < Levels; ++level) {
      const int half = kRows >> (level + 1);
#pragma GCC unroll 8
      for (int pair = 0; pair < kRows / 2; ++pair) {
        const int node = pair / half, at = node * 2 * half + pair % half;
        const size_t index = (k << level) + static_cast<size_t>(node);
        forward<kSmall>(r[at], r[at + half], all(t.w[index]), all(t.ws[index]), t.p);
      }
    }
#pragma GCC unroll 16
    for (int c = 0; c < kRows; ++c) store(x + static_cast<size_t>(c) * row + i, r[c]);
  }
}

/// `kRoot`: the last pass, which multiplies by 1 / N and gives canonical residues.
template <int Levels, bool kRoot>
void inverse_levels(Word* x, size_t row, size_t k, const Tree& t) {
  constexpr int kRows = 1 << Levels;
  for (size_t i = 0; i < row; i += 8) {
    Vec r[kRows];
#pragma GCC unroll 16
    for (int c = 0; c < kRows; ++c) r[c] = load(x + static_cast<size_t>(c) * row + i);
#pragma GCC unroll 4
    for (int level = Levels - 1; level >= 0; --level) {
      const int half = kRows >> (level + 1);
#pragma GCC unroll 8
      for (int pair = 0; pair < kRows / 2; ++pair) {
        const int node = pair / half, at = node * 2 * half + pair % half;
        const size_t index = (k << level) + static_cast<size_t>(node);
        inverse(r[at], r[at + half], all(t.w[index]), all(t.ws[index]), t.p);
      }
    }
#pragma GCC unroll 16
    for (int c = 0; c < kRows; ++c) {
      if (kRoot) r[c] = reduce_once(mul_lazy(r[c], t.scale, t.scale_shoup, t.p.negated), t.p.q);
      store(x + static_cast<size_t>(c) * row + i, r[c]);
    }
  }
}

// ---- the last four levels -----------------------------------------------------------------------------------------
// Sixteen words with indices e = (b3 b2 b1 b0) are in two vectors, which differ in the bit of the level. The twiddles
// depend on the higher bits. The lanes are ordered so that the twiddles are a broadcast of one, two, four or eight
// consecutive words: lanes (b2 b1 b0), then (b1 b0 b3), (b0 b3 b2), (b3 b2 b1).

inline Vec broadcast2(const Word* p) {
  return _mm512_broadcast_i64x2(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline Vec broadcast4(const Word* p) {
  return _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
inline Vec pick(Vec a, Vec index, Vec b) { return _mm512_permutex2var_epi64(a, index, b); }

/// The orders of the lanes. 8 + i is lane i of the second vector.
struct Turns {
  // From (b2 b1 b0 | b3) to (b1 b0 b3 | b2). The next two steps use the same map, (x y z | u) to (y z u | x).
  Vec low = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), high = _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4);
  // The inverse map, (y z u | x) to (x y z | u).
  Vec even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0), odd = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
};

inline void turn(Vec& a, Vec& b, const Turns& turns) {
  const Vec first = pick(a, turns.low, b);
  b = pick(a, turns.high, b);
  a = first;
}
inline void turn_back(Vec& a, Vec& b, const Turns& turns) {
  const Vec first = pick(a, turns.even, b);
  b = pick(a, turns.odd, b);
  a = first;
}

template <bool kSmall>
inline void forward_last(Word* x, size_t k, const Tree& t, const Turns& turns) {
  Vec a = load(x), b = load(x + 8);
  forward<kSmall>(a, b, all(t.w[k]), all(t.ws[k]), t.p);
  turn(a, b, turns);
  forward<kSmall>(a, b, broadcast2(t.w + 2 * k), broadcast2(t.ws + 2 * k), t.p);
  turn(a, b, turns);
  forward<kSmall>(a, b, broadcast4(t.w + 4 * k), broadcast4(t.ws + 4 * k), t.p);
  turn(a, b, turns);
  forward<kSmall>(a, b, load(t.w + 8 * k), load(t.ws + 8 * k), t.p);
  // The lanes are (b3 b2 b1 | b0). One more step gives the natural order.
  turn(a, b, turns);
  auto canonical = [&](Vec v) { return reduce_once(kSmall ? t.p.reduce_lazy(v) : reduce_once(v, t.p.q2), t.p.q); };
  store(x, canonical(a));
  store(x + 8, canonical(b));
}

inline void inverse_first(Word* x, size_t k, const Tree& t, const Turns& turns) {
  Vec a = load(x), b = load(x + 8);
  turn_back(a, b, turns);
  inverse(a, b, load(t.w + 8 * k), load(t.ws + 8 * k), t.p);
  turn_back(a, b, turns);
  inverse(a, b, broadcast4(t.w + 4 * k), broadcast4(t.ws + 4 * k), t.p);
  turn_back(a, b, turns);
  inverse(a, b, broadcast2(t.w + 2 * k), broadcast2(t.ws + 2 * k), t.p);
  turn_back(a, b, turns);
  inverse(a, b, all(t.w[k]), all(t.ws[k]), t.p);
  store(x, a);
  store(x + 8, b);
}

// ---- the walk -----------------------------------------------------------------------------------------------------

template <int Levels, bool kSmall>
void forward_tree(Word* x, int log_length, size_t k, const Tree& t);

template <bool kSmall>
void forward_walk(Word* x, int log_length, size_t k, const Tree& t) {
  if (log_length == 4) {
    const Turns turns;
    return forward_last<kSmall>(x, k, t, turns);
  }
  // Four levels per pass. The pass with fewer levels comes first, while the rows are long.
  switch ((log_length - 4) % 4) {
    case 1:
      return forward_tree<1, kSmall>(x, log_length, k, t);
    case 2:
      return forward_tree<2, kSmall>(x, log_length, k, t);
    case 3:
      return forward_tree<3, kSmall>(x, log_length, k, t);
    default:
      return forward_tree<4, kSmall>(x, log_length, k, t);
  }
}

template <int Levels, bool kSmall>
void forward_tree(Word* x, int log_length, size_t k, const Tree& t) {
  const int log_row = log_length - Levels;
  const size_t row = size_t{1} << log_row;
  forward_levels<Levels, kSmall>(x, row, k, t);
  if (log_row == 4) {
    const Turns turns;
    for (size_t c = 0; c < size_t{1} << Levels; ++c) forward_last<kSmall>(x + c * row, (k << Levels) + c, t, turns);
    return;
  }
  for (size_t c = 0; c < size_t{1} << Levels; ++c) forward_walk<kSmall>(x + c * row, log_row, (k << Levels) + c, t);
}

template <bool kRoot>
void inverse_walk(Word* x, int log_length, size_t k, const Tree& t);

template <int Levels, bool kRoot>
void inverse_tree(Word* x, int log_length, size_t k, const Tree& t) {
  const int log_row = log_length - Levels;
  const size_t row = size_t{1} << log_row;
  if (log_row == 4) {
    const Turns turns;
    for (size_t c = 0; c < size_t{1} << Levels; ++c) inverse_first(x + c * row, (k << Levels) + c, t, turns);
  } else {
    for (size_t c = 0; c < size_t{1} << Levels; ++c) {
      inverse_walk<false>(x + c * row, log_row, (k << Levels) + c, t);
    }
  }
  inverse_levels<Levels, kRoot>(x, row, k, t);
}

template <bool kRoot>
void inverse_walk(Word* x, int log_length, size_t k, const Tree& t) {
  switch ((log_length - 4) % 4) {
    case 1:
      return inverse_tree<1, kRoot>(x, log_length, k, t);
    case 2:
      return inverse_tree<2, kRoot>(x, log_length, k, t);
    case 3:
      return inverse_tree<3, kRoot>(x, log_length, k, t);
    default:
      return inverse_tree<4, kRoot>(x, log_length, k, t);
  }
}

inline int log2_of(uint32_t degree) { return 31 - __builtin_clz(degree); }

inline void ntt(Word* x, const NttConstants& table) {
  const Tree t{table.root, table.root_shoup, Prime(table.q), {}, {}};
  const int log_length = log2_of(table.ring_degree);
  if (table.q.q < kSmallPrime && table.ring_degree <= kSmallPrimeRing) {
    forward_walk<true>(x, log_length, 1, t);
  } else {
    forward_walk<false>(x, log_length, 1, t);
  }
}

inline void intt(Word* x, const NttConstants& table) {
  const Tree t{table.inverse_root, table.inverse_root_shoup, Prime(table.q), all(table.degree_inverse),
               all(table.degree_inverse_shoup)};
  if (table.ring_degree > 16) return inverse_walk<true>(x, log2_of(table.ring_degree), 1, t);
  const Turns turns;
  inverse_first(x, 1, t, turns);
  for (size_t i = 0; i < 16; i += 8) {
    store(x + i, reduce_once(mul_lazy(load(x + i), t.scale, t.scale_shoup, t.p.negated), t.p.q));
  }
}

}  // namespace
}  // namespace hetal::device
