// The NTT with AVX2 and FMA. Between the first and the last pass the words are doubles.
//
// The butterfly tree (node k has the children 2k and 2k + 1) is traversed depth first, so that each subtree is finished
// while it is in the cache. A pass computes up to kPassLevels levels in registers. The last four levels (distances 8 to
// 1) stay within four vectors, which are transposed between distances 4 and 2. Only kernels_avx2.cpp includes this
// header.
#pragma once

#include "device/cpu/avx2_common.h"

namespace hetal::device {
namespace {

constexpr int kPassLevels = 2, kLeafLevels = 4;
constexpr size_t kLeaf = size_t{1} << kLeafLevels;

/// The twiddles as doubles: centered residues, and their quotients by q. Those of the last level are in the order
/// 0 2 4 6 1 3 5 7 within each eight.
void prepare_twiddles(Word* w, Word* w_shoup, size_t count, const ModulusConstants& q) {
  const double modulus = (double)q.q;
  double *const out = (double*)w, *const over_q = (double*)w_shoup;
  for (size_t i = 0; i < count; ++i) {
    const double c = centred(w[i], q.q);
    out[i] = c;
    over_q[i] = c / modulus;
  }
  double* const arrays[] = {out, over_q};
  for (double* p : arrays) {
    for (size_t i = count / 2; i < count; i += 8) {
      const double in_order[8] = {p[i], p[i + 1], p[i + 2], p[i + 3], p[i + 4], p[i + 5], p[i + 6], p[i + 7]};
      for (size_t j = 0; j < 8; ++j) p[i + j / 2 + (j % 2) * 4] = in_order[j];
    }
  }
}

struct Tree {
  const Word *w, *over_q;
  Prime p;
  Factor one(size_t k) const {
    return {_mm256_broadcast_sd((const double*)w + k), _mm256_broadcast_sd((const double*)over_q + k)};
  }
  Factor four(size_t k) const { return {load_reals(w + k), load_reals(over_q + k)}; }
};

// Cooley-Tukey. A level takes bound B q to (B + 1/2 + B/32) q: from 1 q to 1.6, 2.1, 2.7, 3.3 and 3.9 q in five levels.
// A butterfly that centers its first operand gives at most 1.2 q.
constexpr int kLevelsUncentred = 5;
template <bool kCentre>
inline void forward(Reals& a, Reals& b, const Factor& w, const Prime& p) {
  const Reals x = kCentre ? p.centre(a) : a, t = p.mul(b, w);
  a = _mm256_add_pd(x, t);
  b = _mm256_sub_pd(x, t);
}

// Gentleman-Sande. Sums double at each level, from 1 q or less to 2 q and 4 q. Every second level centers them.
template <bool kCentre>
inline void inverse(Reals& a, Reals& b, const Factor& w, const Prime& p) {
  const Reals difference = _mm256_sub_pd(a, b), sum = _mm256_add_pd(a, b);
  a = kCentre ? p.centre(sum) : sum;
  b = p.mul(difference, w);
}

// ---- levels between vectors ---------------------------------------------------------------------------------------

// Several vectors of each row are in registers, so that enough independent butterflies hide the latency. Twiddles are
// copied from the table first, because the compiler does not know that no store changes them.
constexpr int kColumns = 2;

/// The twiddles of the `Levels` levels below node k, level by level.
template <int Levels>
struct PassFactors {
  Factor of[(1 << Levels) - 1];
  PassFactors(size_t k, const Tree& t) {
    int at = 0;
    for (int level = 0; level < Levels; ++level) {
      for (int node = 0; node < 1 << level; ++node) of[at++] = t.one((k << level) + (size_t)node);
    }
  }
};

/// The `Levels` levels below node k, on 2^Levels rows of `row` words each. `kIntegers`: the first pass, whose input is
/// integers.
template <int Levels, bool kCentre, bool kIntegers>
inline void forward_levels(Word* x, size_t row, size_t k, const Tree& t) {
  constexpr int kRows = 1 << Levels;
  const Prime p = t.p;
  const PassFactors<Levels> factors(k, t);
  for (size_t i = 0; i < row; i += kColumns * kLanes) {
    Reals r[kRows][kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kRows; ++c) {
#pragma GCC unroll 2
      for (int v = 0; v < kColumns; ++v) {
        const Word* const from = x + (size_t)c * row + i + (size_t)v * kLanes;
        r[c][v] = kIntegers ? to_reals(load(from)) : load_reals(from);
      }
    }
#pragma GCC unroll 3
    for (int level = 0; level < Levels; ++level) {
      const int half = kRows >> (level + 1);
#pragma GCC unroll 4
      for (int pair = 0; pair < kRows / 2; ++pair) {
        const int node = pair / half, at = node * 2 * half + pair % half;
        const Factor& f = factors.of[(1 << level) - 1 + node];
#pragma GCC unroll 2
        for (int v = 0; v < kColumns; ++v) {
          if (kCentre && level == 0) {
            forward<true>(r[at][v], r[at + half][v], f, p);
          } else {
            forward<false>(r[at][v], r[at + half][v], f, p);
          }
        }
      }
    }
#pragma GCC unroll 8
    for (int c = 0; c < kRows; ++c) {
#pragma GCC unroll 2
      for (int v = 0; v < kColumns; ++v) store_reals(x + (size_t)c * row + i + (size_t)v * kLanes, r[c][v]);
    }
  }
}

/// Input and output are below 0.7 q. `kRoot`: the last pass, which multiplies by 1 / N and gives canonical integers.
/// `scale` is 1 / N, and `scaled_root` is the twiddle of the last level times 1 / N.
template <int Levels, bool kRoot>
inline void inverse_levels(Word* x, size_t row, size_t k, const Tree& t, const Factor& scale,
                           const Factor& scaled_root) {
  constexpr int kRows = 1 << Levels;
  const Prime p = t.p;
  PassFactors<Levels> factors(k, t);
  if (kRoot) factors.of[0] = scaled_root;
  for (size_t i = 0; i < row; i += kColumns * kLanes) {
    Reals r[kRows][kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kRows; ++c) {
#pragma GCC unroll 2
      for (int v = 0; v < kColumns; ++v) r[c][v] = load_reals(x + (size_t)c * row + i + (size_t)v * kLanes);
    }
#pragma GCC unroll 3
    for (int level = Levels - 1; level >= 0; --level) {
      const int half = kRows >> (level + 1);
#pragma GCC unroll 4
      for (int pair = 0; pair < kRows / 2; ++pair) {
        const int node = pair / half, at = node * 2 * half + pair % half;
        const Factor& f = factors.of[(1 << level) - 1 + node];
#pragma GCC unroll 2
        for (int v = 0; v < kColumns; ++v) {
          Reals &a = r[at][v], &b = r[at + half][v];
          if (kRoot && level == 0) {
            inverse<false>(a, b, f, p);
            a = p.mul(a, scale);
          } else if (level == 0 || (Levels - 1 - level) % 2 == 1) {
            inverse<true>(a, b, f, p);
          } else {
            inverse<false>(a, b, f, p);
          }
        }
      }
    }
#pragma GCC unroll 8
    for (int c = 0; c < kRows; ++c) {
#pragma GCC unroll 2
      for (int v = 0; v < kColumns; ++v) {
        Word* const to = x + (size_t)c * row + i + (size_t)v * kLanes;
        if (kRoot) {
          store(to, to_ints(p.canonical(r[c][v])));
        } else {
          store_reals(to, r[c][v]);
        }
      }
    }
  }
}

// ---- the last four levels -----------------------------------------------------------------------------------------

inline void transpose(Reals (&r)[4]) {
  const Reals a = _mm256_unpacklo_pd(r[0], r[1]), b = _mm256_unpackhi_pd(r[0], r[1]);
  const Reals c = _mm256_unpacklo_pd(r[2], r[3]), d = _mm256_unpackhi_pd(r[2], r[3]);
  r[0] = _mm256_permute2f128_pd(a, c, 0x20), r[1] = _mm256_permute2f128_pd(b, d, 0x20);
  r[2] = _mm256_permute2f128_pd(a, c, 0x31), r[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

/// The leaves of nodes k and k + 1 at x and x + kLeaf; `kLeaves` of them.
template <bool kCentre, int kLeaves>
inline void forward_leaf(Word* x, size_t k, const Tree& t, const Prime& p) {
  Reals r[kLeaves][4];
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) r[v][c] = load_reals(x + (size_t)v * kLeaf + (size_t)c * kLanes);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const Factor f = t.one(k + (size_t)v);
    forward<kCentre>(r[v][0], r[v][2], f, p), forward<kCentre>(r[v][1], r[v][3], f, p);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const size_t node = 2 * (k + (size_t)v);
    forward<false>(r[v][0], r[v][1], t.one(node), p), forward<false>(r[v][2], r[v][3], t.one(node + 1), p);
    transpose(r[v]);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const Factor f = t.four(4 * (k + (size_t)v));
    forward<false>(r[v][0], r[v][2], f, p), forward<false>(r[v][1], r[v][3], f, p);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const size_t node = 8 * (k + (size_t)v);
    forward<false>(r[v][0], r[v][1], t.four(node), p), forward<false>(r[v][2], r[v][3], t.four(node + 4), p);
    transpose(r[v]);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) store(x + (size_t)v * kLeaf + (size_t)c * kLanes, p.residue(r[v][c]));
  }
}

template <int kLeaves>
inline void inverse_leaf(Word* x, size_t k, const Tree& t, const Prime& p) {
  Reals r[kLeaves][4];
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) r[v][c] = to_reals(load(x + (size_t)v * kLeaf + (size_t)c * kLanes));
    transpose(r[v]);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const size_t node = 8 * (k + (size_t)v);
    inverse<false>(r[v][0], r[v][1], t.four(node), p), inverse<false>(r[v][2], r[v][3], t.four(node + 4), p);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const Factor f = t.four(4 * (k + (size_t)v));
    inverse<true>(r[v][0], r[v][2], f, p), inverse<true>(r[v][1], r[v][3], f, p);
    transpose(r[v]);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const size_t node = 2 * (k + (size_t)v);
    inverse<false>(r[v][0], r[v][1], t.one(node), p), inverse<false>(r[v][2], r[v][3], t.one(node + 1), p);
  }
#pragma GCC unroll 2
  for (int v = 0; v < kLeaves; ++v) {
    const Factor f = t.one(k + (size_t)v);
    inverse<true>(r[v][0], r[v][2], f, p), inverse<true>(r[v][1], r[v][3], f, p);
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) store_reals(x + (size_t)v * kLeaf + (size_t)c * kLanes, r[v][c]);
  }
}

template <bool kCentre>
inline void forward_leaves(Word* x, size_t k, size_t count, const Tree& tree) {
  const Tree t = tree;
  for (size_t c = 0; c < count; c += 2) forward_leaf<kCentre, 2>(x + c * kLeaf, k + c, t, t.p);
}
inline void inverse_leaves(Word* x, size_t k, size_t count, const Tree& tree) {
  const Tree t = tree;
  for (size_t c = 0; c < count; c += 2) inverse_leaf<2>(x + c * kLeaf, k + c, t, t.p);
}

// ---- the walk -----------------------------------------------------------------------------------------------------

/// The number of levels of the next pass: as many as fit. The pass with fewer levels comes first, while the rows are
/// long.
inline int pass_levels(int log_length) {
  const int odd = (log_length - kLeafLevels) % kPassLevels;
  return odd == 0 ? kPassLevels : odd;
}

template <int Levels, bool kIntegers>
inline void forward_pass(Word* x, size_t row, size_t k, bool centre, const Tree& t) {
  centre ? forward_levels<Levels, true, kIntegers>(x, row, k, t)
         : forward_levels<Levels, false, kIntegers>(x, row, k, t);
}

/// `level`: the number of levels since the values were at most 1 q.
template <bool kIntegers>
void forward_walk(Word* x, int log_length, size_t k, int level, const Tree& t) {
  const int levels = pass_levels(log_length), log_row = log_length - levels;
  const size_t row = size_t{1} << log_row, rows = size_t{1} << levels;
  const bool centre = level + levels > kLevelsUncentred;
  levels == 1 ? forward_pass<1, kIntegers>(x, row, k, centre, t) : forward_pass<2, kIntegers>(x, row, k, centre, t);
  level = centre ? levels : level + levels;
  if (log_row > kLeafLevels) {
    for (size_t c = 0; c < rows; ++c) forward_walk<false>(x + c * row, log_row, (k << levels) + c, level, t);
  } else if (level + kLeafLevels > kLevelsUncentred) {
    forward_leaves<true>(x, k << levels, rows, t);
  } else {
    forward_leaves<false>(x, k << levels, rows, t);
  }
}

template <bool kRoot>
void inverse_walk(Word* x, int log_length, size_t k, const Tree& t, const Factor& scale, const Factor& scaled_root) {
  const int levels = pass_levels(log_length), log_row = log_length - levels;
  const size_t row = size_t{1} << log_row, rows = size_t{1} << levels;
  if (log_row > kLeafLevels) {
    for (size_t c = 0; c < rows; ++c) {
      inverse_walk<false>(x + c * row, log_row, (k << levels) + c, t, scale, scaled_root);
    }
  } else {
    inverse_leaves(x, k << levels, rows, t);
  }
  levels == 1 ? inverse_levels<1, kRoot>(x, row, k, t, scale, scaled_root)
              : inverse_levels<2, kRoot>(x, row, k, t, scale, scaled_root);
}

inline int log2_of(uint32_t degree) { return 31 - __builtin_clz(degree); }

void ntt(Word* x, const NttConstants& table) {
  const Tree t{table.root, table.root_shoup, Prime(table.q)};
  if (table.ring_degree > kLeaf) return forward_walk<true>(x, log2_of(table.ring_degree), 1, 0, t);
  for (size_t i = 0; i < kLeaf; i += kLanes) store_reals(x + i, to_reals(load(x + i)));
  forward_leaf<false, 1>(x, 1, t, t.p);
}

void intt(Word* x, const NttConstants& table) {
  const Tree t{table.inverse_root, table.inverse_root_shoup, Prime(table.q)};
  const Factor scale = factor(table.degree_inverse, table.q.q);
  if (table.ring_degree > kLeaf) {
    // The twiddle of the root times 1 / N, modulo q.
    const double root = ((const double*)table.inverse_root)[1];
    const Word positive = root < 0 ? (Word)(root + (double)table.q.q) : (Word)root;
    const Factor scaled = factor((Word)((unsigned __int128)positive * table.degree_inverse % table.q.q), table.q.q);
    return inverse_walk<true>(x, log2_of(table.ring_degree), 1, t, scale, scaled);
  }
  inverse_leaf<1>(x, 1, t, t.p);
  for (size_t i = 0; i < kLeaf; i += kLanes) store(x + i, to_ints(t.p.canonical(t.p.mul(load_reals(x + i), scale))));
}

}  // namespace
}  // namespace hetal::device
