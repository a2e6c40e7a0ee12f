// The instruction sets for which this build has kernels, and the choice between them at run time.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "device/cpu/kernels.h"

namespace hetal::device {

/// The kernels for one instruction set.
struct KernelPath {
  std::string_view name;
  /// Whether the processor and the operating system support it. Compiled for the baseline instruction set.
  bool (*supported)();
  /// The table may be read on every processor. Its functions may be called only if supported().
  const Kernels* kernels;
};

/// All paths of this build, the fastest first. The last one is portable and runs on every processor.
std::span<const KernelPath> kernel_paths();

/// The path with that name. If the name is empty, the one that the environment variable HETAL_CPU_PATH names. If that
/// is empty, too, the fastest one that this processor supports. Throws DeviceUnavailable for an unknown name and for a
/// path that this processor does not support.
const KernelPath& choose_kernel_path(std::string_view name = {});

}  // namespace hetal::device
