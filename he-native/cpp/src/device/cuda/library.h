// The exports of the library with the kernels. It is a separate library, so that a machine without a GPU need not load
// it.
#pragma once

#include "device/device.h"

namespace hetal::device {

/// The commit of the build. The classes of a device must be those of the engine that opens it.
using CudaCommit = const char* (*)();
inline constexpr char kCudaCommit[] = "hetal_cuda_commit";

/// Opens a device, which the caller deletes. Throws as make_device.
using MakeCudaDevice = Device* (*)(std::uint32_t ring_degree, const std::vector<Modulus>& moduli, const Choice& choice);
inline constexpr char kMakeCudaDevice[] = "hetal_cuda_make_device";

}  // namespace hetal::device

#define HETAL_CUDA_EXPORT extern "C" __attribute__((visibility("default")))
