#include "device/cuda_library.h"

#include <dlfcn.h>

#include "base/error.h"
#include "build_info.h"
#include "device/cuda/library.h"

namespace hetal::device {
namespace {

constexpr char kHowToGetIt[] = "build with nvcc (he-native/cpp/tools/fetch_cuda.sh brings it)";

template <typename Function>
Function symbol(void* library, const char* name, const std::string& path) {
  void* const found = dlsym(library, name);
  require<DeviceUnavailable>(found != nullptr, "device cuda: ", path, " has no ", name,
                             ": it is not this engine's library");
  return reinterpret_cast<Function>(found);
}

}  // namespace

std::unique_ptr<Device> make_cuda_device(std::uint32_t ring_degree, const std::vector<Modulus>& moduli,
                                         const Choice& choice) {
  require<DeviceUnavailable>(!choice.library.empty(), "device cuda: no library with the kernels: ", kHowToGetIt);
  // The library is never closed: its CUDA context would become invalid, and devices that still exist use its code.
  void* const library = dlopen(choice.library.c_str(), RTLD_NOW | RTLD_LOCAL);
  require<DeviceUnavailable>(library != nullptr, "device cuda: cannot open ", choice.library, ": ", dlerror());
  const std::string commit = symbol<CudaCommit>(library, kCudaCommit, choice.library)();
  require<DeviceUnavailable>(commit == HETAL_COMMIT, "device cuda: ", choice.library, ": expected commit ",
                             HETAL_COMMIT, ", actual ", commit, ": build both again");
  return std::unique_ptr<Device>(
      symbol<MakeCudaDevice>(library, kMakeCudaDevice, choice.library)(ring_degree, moduli, choice));
}

}  // namespace hetal::device
