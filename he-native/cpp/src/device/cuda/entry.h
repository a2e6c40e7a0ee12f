// The exported functions, for the runtime that the including file has chosen.
#pragma once

#include <cstdlib>
#include <string>

#include "device/cuda/cuda_device_impl.h"
#include "device/cuda/library.h"

namespace hetal::device::cuda {

/// HETAL_CUDA_ARITHMETIC=fp64 or integer overrides the choice that follows from the GPU's FP64 rate. Results do not
/// depend on it.
inline bool wants_fp64(bool fast_fp64) {
  const char* const wanted = std::getenv("HETAL_CUDA_ARITHMETIC");
  if (wanted == nullptr) return fast_fp64;
  const std::string name = wanted;
  require<InvalidArgument>(name == "fp64" || name == "integer",
                           "HETAL_CUDA_ARITHMETIC: expected fp64 or integer, actual ", name);
  return name == "fp64";
}

template <class Runtime>
Device* make(std::uint32_t ring_degree, const std::vector<Modulus>& moduli, const Choice& choice) {
  if (wants_fp64(Runtime(choice).fast_fp64())) return new CudaDevice<Runtime, Fp64>(ring_degree, moduli, choice);
  return new CudaDevice<Runtime, Integer>(ring_degree, moduli, choice);
}

}  // namespace hetal::device::cuda
