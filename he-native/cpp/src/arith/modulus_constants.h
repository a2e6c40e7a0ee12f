// The constants for arithmetic modulo one prime, as plain data.
//
// Translation units that are compiled for a wider instruction set include this header. It therefore defines no function
// with external linkage and includes no header of the C++ library. Otherwise the linker could use the wide version of
// such a function in the whole program.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace hetal {

using Word = uint64_t;

/// Every prime is below 2^50. Values up to 4q then fit the 52-bit multipliers of AVX-512-IFMA, and a fused multiply-add
/// on doubles gives exact products.
inline constexpr int kMaxPrimeBits = 50;
/// Fractional bits with which base conversion estimates y / q. They require every prime to be above 2^40.
inline constexpr int kFractionBits = 40;
/// Shoup constants are floor(w * 2^52 / q). AVX-512-IFMA has this shift in hardware.
inline constexpr int kShoupBits = 52;

struct ModulusConstants {
  Word q;
  Word shoup_of_one;        ///< floor(2^52 / q)
  Word two52, two52_shoup;  ///< 2^52 mod q with its Shoup constant, for the reduction of hi * 2^52 + lo
  Word reciprocal;          ///< floor(2^(52 + kFractionBits) / q), below 2^52
};

/// floor(w * 2^52 / q) for w < q.
[[maybe_unused]] static inline Word shoup_constant(Word w, Word q) {
  return (Word)(((unsigned __int128)w << kShoupBits) / q);
}

}  // namespace hetal
