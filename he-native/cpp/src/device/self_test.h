// Does a device compute what the CPU does? Every operation once, on residues at random, compared word for word.
#pragma once

#include "device/device.h"

namespace hetal::device {

/// Throws DeviceLost with the operation, limb and coefficient where the device differs from the CPU. `seed` chooses the
/// residues. Cost: every operation on the device and on the CPU, some seconds of the latter at N = 2^16.
void self_test(Device& device, std::uint64_t seed = 1);

}  // namespace hetal::device
