// What arithmetic modulo one prime needs, as plain data.
//
// Units that are compiled for a wider instruction set include this header. It therefore defines no function with
// external linkage and includes no C++ library header: the linker could take such a function of theirs for the whole
// program.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace hetal {

using Word = uint64_t;

/// Every prime is below 2^50, so that values up to 4q fit the 52-bit multipliers of AVX-512-IFMA
/// and products fit a double's FMA.
inline constexpr int kMaxPrimeBits = 50;
/// Base conversion estimates y / q with this many fractional bits, which needs every prime above 2^40.
inline constexpr int kFractionBits = 40;
/// Shoup constants are floor(w * 2^52 / q): the shift that AVX-512-IFMA has in hardware.
inline constexpr int kShoupBits = 52;

struct ModulusConstants {
  Word q;
  Word shoup_of_one;        ///< floor(2^52 / q)
  Word two52, two52_shoup;  ///< 2^52 mod q with its Shoup constant: to reduce hi * 2^52 + lo
  Word reciprocal;          ///< floor(2^(52 + kFractionBits) / q), below 2^52
};

/// floor(w * 2^52 / q) for w < q.
[[maybe_unused]] static inline Word shoup_constant(Word w, Word q) {
  return (Word)(((unsigned __int128)w << kShoupBits) / q);
}

}  // namespace hetal
