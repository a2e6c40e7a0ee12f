#include <cstdlib>

#include "base/error.h"
#include "device/cpu/kernel_paths.h"

namespace hetal::device {
namespace {

#if defined(__x86_64__)
// __builtin_cpu_supports also checks that the operating system saves the wide registers (XGETBV).
bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
bool has_avx512_ifma() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512ifma");
}
#endif
bool always() { return true; }

// Ordered by speed, the fastest first.
constexpr KernelPath kPaths[] = {
#if defined(__x86_64__)
    {"avx512-ifma", has_avx512_ifma, &kAvx512IfmaKernels},
    {"avx2", has_avx2, &kAvx2Kernels},
#elif defined(__aarch64__)
    {"neon", always, &kNeonKernels},  // part of the base architecture
#endif
    {"portable", always, &kPortableKernels},
};

/// The names in one text: "avx2, portable".
std::string supported_names() {
  std::string out;
  for (const KernelPath& path : kPaths) {
    if (path.supported()) out.append(out.empty() ? "" : ", ").append(path.name);
  }
  return out;
}

}  // namespace

std::span<const KernelPath> kernel_paths() { return kPaths; }

const KernelPath& choose_kernel_path(std::string_view name) {
  const char* what = "cpu path";
  if (name.empty()) {
    if (const char* wanted = std::getenv("HETAL_CPU_PATH")) name = wanted, what = "HETAL_CPU_PATH";
  }
  for (const KernelPath& path : kPaths) {
    if ((name.empty() || name == path.name) && path.supported()) return path;
  }
  throw DeviceUnavailable(message(what, ": expected one of the paths that this processor runs (", supported_names(),
                                  "), actual '", name, "'"));
}

}  // namespace hetal::device
