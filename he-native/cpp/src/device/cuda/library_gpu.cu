#include "device/cuda/entry.h"
#include "device/cuda/runtime_gpu.cuh"

using namespace hetal::device;

HETAL_CUDA_EXPORT Device* hetal_cuda_make_device(std::uint32_t ring_degree, const std::vector<hetal::Modulus>& moduli,
                                                 const Choice& choice) {
  return cuda::make<cuda::GpuRuntime>(ring_degree, moduli, choice);
}
