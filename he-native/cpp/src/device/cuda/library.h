// What the library with the kernels exports. It is a library of its own, so that a machine without a GPU never loads
// it.
#pragma once

#include "device/device.h"

namespace hetal::device {

/// The commit that it was built from: a device's classes must be those of the engine that opens it.
using CudaCommit = const char* (*)();
inline constexpr char kCudaCommit[] = "hetal_cuda_commit";

/// A device for the caller to delete. Throws as make_device.
using MakeCudaDevice = Device* (*)(std::uint32_t ring_degree, const std::vector<Modulus>& moduli, const Choice& choice);
inline constexpr char kMakeCudaDevice[] = "hetal_cuda_make_device";

}  // namespace hetal::device

#define HETAL_CUDA_EXPORT extern "C" __attribute__((visibility("default")))
