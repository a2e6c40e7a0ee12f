// The twiddles of one prime, in the form that one path reads.
#pragma once

#include "arith/modulus.h"
#include "device/cpu/kernels.h"
#include "device/pages.h"

namespace hetal::device {

class NttTable {
 public:
  /// `ring_degree` is a power of two, at least 16; q = 1 mod 2 ring_degree. Throws std::bad_alloc.
  NttTable(const Modulus& q, std::uint32_t ring_degree, const Kernels& path);
  NttTable(NttTable&&) noexcept = default;
  NttTable(const NttTable&) = delete;

  /// For ntt and intt of the path for which the table was made.
  operator const NttConstants&() const { return constants_; }

 private:
  OwnedWords storage_;  ///< the four arrays, one after the other
  NttConstants constants_;
};

}  // namespace hetal::device
