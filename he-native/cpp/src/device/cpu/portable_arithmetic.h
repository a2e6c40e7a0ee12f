// Arithmetic of the portable kernels: 64-bit words, 128-bit products, no division per word.
#pragma once

#include "device/cpu/kernels.h"

namespace hetal::device {
namespace {

using Wide = unsigned __int128;

inline Word high_product(Word a, Word b) { return static_cast<Word>((static_cast<Wide>(a) * b) >> 64); }
/// From [0, 2q) to [0, q); in general x or x - q for x below 2^63. Branch-free, because the branch would be
/// unpredictable.
inline Word subtract_once(Word x, Word q) {
  const Word difference = x - q;
  return difference + (q & (Word{0} - (difference >> 63)));
}

/// floor(w * 2^64 / q) for w < q.
inline Word shoup64(Word w, Word q) { return static_cast<Word>((static_cast<Wide>(w) << 64) / q); }
/// a * w mod q in [0, 2q), for any a and any w < q with the 64-bit Shoup constant of w.
inline Word shoup_lazy(Word a, Word w, Word w_shoup, Word q) { return a * w - high_product(a, w_shoup) * q; }

struct Prime {
  Word q, one_shoup, two52, two52_shoup;
  explicit Prime(const ModulusConstants& m)
      : q(m.q), one_shoup(shoup64(1, m.q)), two52(m.two52), two52_shoup(shoup64(m.two52, m.q)) {}

  /// From any word to [0, 2q), and to [0, q).
  Word lazy(Word x) const { return x - high_product(x, one_shoup) * q; }
  Word residue(Word x) const { return subtract_once(lazy(x), q); }
  /// From x < 2^116 to [0, q).
  Word residue(Wide x) const {
    const Word high = static_cast<Word>(x >> 52), low = static_cast<Word>(x) & ((Word{1} << 52) - 1);
    return subtract_once(subtract_once(shoup_lazy(high, two52, two52_shoup, q) + lazy(low), 2 * q), q);
  }
  /// From a magnitude and a sign to [0, q).
  Word residue(Word magnitude, bool negative) const {
    const Word r = residue(magnitude);
    return negative && r != 0 ? q - r : r;
  }
};

}  // namespace
}  // namespace hetal::device
