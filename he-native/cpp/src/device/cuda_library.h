// Finds the CUDA device in its own library, at run time.
#pragma once

#include "device/device.h"

namespace hetal::device {

/// Opens choice.library, which stays open. Throws DeviceUnavailable when it is missing or of another build, and what
/// the device throws.
std::unique_ptr<Device> make_cuda_device(std::uint32_t ring_degree, const std::vector<Modulus>& moduli,
                                         const Choice& choice);

}  // namespace hetal::device
