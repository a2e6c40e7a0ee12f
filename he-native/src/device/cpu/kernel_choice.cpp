#include <cstdlib>
#include <string>

#include "base/error.h"
#include "device/cpu/kernels.h"

namespace hetal::device {

const Kernels& best_kernels() {
  const char* wanted = std::getenv("HETAL_CPU_PATH");
  const Kernels* const paths[] = {avx512_ifma_kernels(), avx2_kernels(), &portable_kernels()};
  for (const Kernels* path : paths) {
    if (path != nullptr && (wanted == nullptr || std::string(wanted) == path->name)) return *path;
  }
  throw InvalidArgument(
      message("HETAL_CPU_PATH: expected a path that this processor runs (portable, avx2, avx512-ifma),"
              " actual ",
              wanted));
}

}  // namespace hetal::device
