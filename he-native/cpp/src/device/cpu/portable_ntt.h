// The NTT in plain C++. Only kernels_portable.cpp includes this header.
//
// Shoup's product with 2^64 gives a result in [0, 2q) for any word. Values may therefore grow for many levels without a
// reduction: by 2q per level in the forward transform, by a factor of 2 per level in the inverse one. A pass over
// memory computes two levels. Blocks that fit in the first-level cache are finished one after the other.
#pragma once

#include "device/cpu/portable_arithmetic.h"

namespace hetal::device {
namespace {

/// The Shoup constants become floor(w * 2^64 / q).
void prepare_twiddles(Word* w, Word* w_shoup, size_t count, const ModulusConstants& q) {
  for (size_t i = 0; i < count; ++i) w_shoup[i] = shoup64(w[i], q.q);
}

/// A block has 2^11 words, 16 KiB. After eleven doublings 2q is below 2^62.
constexpr int kBlockLevels = 11;

struct Tree {
  const Word *w, *w_shoup;
  Prime p;
};

/// The bound of each value grows by at most 2q.
inline void forward(Word& a, Word& b, Word w, Word w_shoup, Word q) {
  const Word t = shoup_lazy(b, w, w_shoup, q);
  b = a + 2 * q - t;
  a = a + t;
}
/// From a, b below `bound`, a multiple of q, to a below 2 bound and b below 2q.
inline void inverse(Word& a, Word& b, Word w, Word w_shoup, Word q, Word bound) {
  const Word difference = a + bound - b;
  a = a + b;
  b = shoup_lazy(difference, w, w_shoup, q);
}

/// The two levels below node k, on four rows of `row` words.
inline void forward_pass(Word* x, size_t row, size_t k, const Tree& t) {
  const Word q = t.p.q, w = t.w[k], ws = t.w_shoup[k];
  const Word left = t.w[2 * k], left_s = t.w_shoup[2 * k], right = t.w[2 * k + 1], right_s = t.w_shoup[2 * k + 1];
  for (size_t i = 0; i < row; ++i) {
    Word a = x[i], b = x[i + row], c = x[i + 2 * row], d = x[i + 3 * row];
    forward(a, c, w, ws, q), forward(b, d, w, ws, q);
    forward(a, b, left, left_s, q), forward(c, d, right, right_s, q);
    x[i] = a, x[i + row] = b, x[i + 2 * row] = c, x[i + 3 * row] = d;
  }
}

/// The two levels below node k. From values below `bound` to below 4 `bound`, or to below 2q if kSettle.
template <bool kSettle>
inline void inverse_pass(Word* x, size_t row, size_t k, Word bound, const Tree& t) {
  const Prime p = t.p;
  const Word q = p.q, w = t.w[k], ws = t.w_shoup[k];
  const Word left = t.w[2 * k], left_s = t.w_shoup[2 * k], right = t.w[2 * k + 1], right_s = t.w_shoup[2 * k + 1];
  for (size_t i = 0; i < row; ++i) {
    Word a = x[i], b = x[i + row], c = x[i + 2 * row], d = x[i + 3 * row];
    inverse(a, b, left, left_s, q, bound), inverse(c, d, right, right_s, q, bound);
    inverse(a, c, w, ws, q, 2 * bound), inverse(b, d, w, ws, q, 2 * q);
    x[i] = kSettle ? p.lazy(a) : a, x[i + row] = kSettle ? p.lazy(b) : b;
    x[i + 2 * row] = c, x[i + 3 * row] = d;
  }
}

/// All levels below node k, on 2^log_length words, level by level. The results are canonical.
inline void forward_block(Word* x, int log_length, size_t k, const Tree& t) {
  const Prime p = t.p;
  const size_t length = size_t{1} << log_length;
  size_t nodes = 1;
  int left = log_length;
  for (; left >= 2; left -= 2, nodes *= 4) {
    const size_t row = size_t{1} << (left - 2);
    for (size_t node = 0; node < nodes; ++node) forward_pass(x + 4 * row * node, row, k * nodes + node, t);
  }
  for (size_t node = 0; left == 1 && node < nodes; ++node) {
    forward(x[2 * node], x[2 * node + 1], t.w[k * nodes + node], t.w_shoup[k * nodes + node], p.q);
  }
  for (size_t i = 0; i < length; ++i) x[i] = p.residue(x[i]);
}

/// The inverse of forward_block. From canonical residues to below 2q.
inline void inverse_block(Word* x, int log_length, size_t k, const Tree& t) {
  const Prime p = t.p;
  size_t nodes = size_t{1} << log_length;
  int done = 0;
  Word bound = 2 * p.q;
  if (log_length % 2 == 1) {
    nodes /= 2;
    for (size_t node = 0; node < nodes; ++node) {
      inverse(x[2 * node], x[2 * node + 1], t.w[k * nodes + node], t.w_shoup[k * nodes + node], p.q, bound);
    }
    done = 1, bound *= 2;
  }
  for (; done < log_length; done += 2, bound *= 4) {
    nodes /= 4;
    const size_t row = size_t{1} << done;
    for (size_t node = 0; node < nodes; ++node) {
      if (done + 2 < log_length) {
        inverse_pass<false>(x + 4 * row * node, row, k * nodes + node, bound, t);
      } else {
        inverse_pass<true>(x + 4 * row * node, row, k * nodes + node, bound, t);
      }
    }
  }
}

/// Two levels per pass, until the rows are blocks.
void forward_walk(Word* x, int log_length, size_t k, const Tree& t) {
  if (log_length <= kBlockLevels) return forward_block(x, log_length, k, t);
  const size_t row = size_t{1} << (log_length - 2);
  forward_pass(x, row, k, t);
  for (size_t c = 0; c < 4; ++c) forward_walk(x + c * row, log_length - 2, 4 * k + c, t);
}

/// Returns the bound of the resulting values, a multiple of q.
Word inverse_walk(Word* x, int log_length, size_t k, const Tree& t) {
  if (log_length <= kBlockLevels) {
    inverse_block(x, log_length, k, t);
    return 2 * t.p.q;
  }
  const size_t row = size_t{1} << (log_length - 2);
  Word bound = 0;
  for (size_t c = 0; c < 4; ++c) bound = inverse_walk(x + c * row, log_length - 2, 4 * k + c, t);
  if (bound < Word{1} << 60) {
    inverse_pass<false>(x, row, k, bound, t);
    return 4 * bound;
  }
  inverse_pass<true>(x, row, k, bound, t);
  return 2 * t.p.q;
}

inline int log2_of(uint32_t degree) { return 31 - __builtin_clz(degree); }

void ntt(Word* x, const NttConstants& table) {
  forward_walk(x, log2_of(table.ring_degree), 1, {table.root, table.root_shoup, Prime(table.q)});
}

void intt(Word* x, const NttConstants& table) {
  inverse_walk(x, log2_of(table.ring_degree), 1, {table.inverse_root, table.inverse_root_shoup, Prime(table.q)});
  const Word q = table.q.q, w = table.degree_inverse, ws = shoup64(w, q);
  for (uint32_t i = 0; i < table.ring_degree; ++i) x[i] = subtract_once(shoup_lazy(x[i], w, ws, q), q);
}

}  // namespace
}  // namespace hetal::device
