// The instruction sets that this build has kernels for, and the choice between them at run time.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "device/cpu/kernels.h"

namespace hetal::device {

/// One instruction set.
struct KernelPath {
  std::string_view name;
  /// Whether processor and operating system run it. Compiled for the baseline, like every unit but the kernels' own.
  bool (*supported)();
  /// May be read on every processor; its functions may be called only where `supported()`.
  const Kernels* kernels;
};

/// All paths of this build, the fastest first. The last one is portable, which every processor runs.
std::span<const KernelPath> kernel_paths();

/// The path of that name, or, when it is empty, the one named by the environment variable HETAL_CPU_PATH, or, when that
/// is empty too, the fastest one that this processor runs.
/// Throws DeviceUnavailable for a name that there is not, or that this processor does not run.
const KernelPath& choose_kernel_path(std::string_view name = {});

}  // namespace hetal::device
