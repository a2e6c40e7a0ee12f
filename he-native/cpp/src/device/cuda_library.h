// Opens the library with the CUDA device at run time.
#pragma once

#include "device/device.h"

namespace hetal::device {

/// Opens choice.library, which stays open, and a device of it. Throws DeviceUnavailable if the library is missing or of
/// another build, and the exceptions of make_device.
std::unique_ptr<Device> make_cuda_device(std::uint32_t ring_degree, const std::vector<Modulus>& moduli,
                                         const Choice& choice);

}  // namespace hetal::device
