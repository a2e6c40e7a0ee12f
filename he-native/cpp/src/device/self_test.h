// Compares a device with the CPU: executes every operation once on random residues and compares the results word by
// word.
#pragma once

#include "device/device.h"

namespace hetal::device {

/// Throws DeviceLost with the operation, limb and coefficient of the first difference. The residues depend on `seed`.
/// Cost: every operation on the device and on the CPU, where they take some seconds at N = 2^16.
void self_test(Device& device, std::uint64_t seed = 1);

}  // namespace hetal::device
