// The CUDA device that tests run on: a real GPU through the library that HETAL_CUDA_LIBRARY names, otherwise the
// kernels played by the host.
#pragma once

#include <cstdlib>

#include "device/device.h"

namespace hetal {

inline device::Choice cuda_choice() {
  const char* const library = std::getenv("HETAL_CUDA_LIBRARY");
  device::Choice out;
  out.kind = "cuda";
  out.threads = 2;
  out.library = library == nullptr ? HETAL_CUDA_EMULATED : library;
  return out;
}

}  // namespace hetal
