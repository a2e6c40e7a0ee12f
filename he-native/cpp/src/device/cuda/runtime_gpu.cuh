// Runs the kernels on a GPU, with one context and one stream.
#pragma once

#include <cuda_runtime.h>

#include <mutex>
#include <set>
#include <string>

#include "base/error.h"
#include "device/cuda/kernel.h"
#include "device/device.h"

namespace hetal::device::cuda {

/// The caller can handle too little memory. After any other error the process cannot use the GPU.
inline void check(cudaError_t code, const char* what) {
  if (code == cudaSuccess) return;
  if (code == cudaErrorMemoryAllocation) throw DeviceOutOfMemory(message("cuda: ", what, ": no device memory"));
  throw DeviceLost(message("cuda: ", what, ": ", cudaGetErrorName(code), ": ", cudaGetErrorString(code)));
}

template <int Phase, class Kernel>
__device__ __forceinline__ void run_phases(const Kernel& kernel, const Place& place, Word* shared) {
  kernel.template run<Phase>(place, shared);
  if constexpr (Phase + 1 < Kernel::kPhases) {
    __syncthreads();
    run_phases<Phase + 1>(kernel, place, shared);
  }
}

/// Blocks per multiprocessor for which a kernel's registers must be enough. With 0 the compiler decides.
template <class Kernel>
constexpr unsigned min_blocks() {
  if constexpr (requires { Kernel::kMinBlocks; }) return Kernel::kMinBlocks;
  return 0;
}

template <class Kernel>
__global__ void __launch_bounds__(Kernel::kMaxThreads, min_blocks<Kernel>()) entry(const __grid_constant__ Kernel kernel) {
  extern __shared__ Word shared[];
  run_phases<0>(kernel, {blockIdx.x, blockIdx.y, threadIdx.x, blockDim.x}, shared);
}

/// Checks driver and GPU. Throws DeviceUnavailable, with one line, if there is no driver, an old one, or no such GPU.
inline void require_gpu(int ordinal) {
  int driver = 0, count = 0;
  check(cudaDriverGetVersion(&driver), "reading the driver's version");
  require<DeviceUnavailable>(driver > 0, "device cuda: this machine has no NVIDIA driver (nvidia-smi tells)");
  const cudaError_t code = cudaGetDeviceCount(&count);
  require<DeviceUnavailable>(code != cudaErrorInsufficientDriver, "device cuda: the NVIDIA driver serves CUDA up to ",
                             driver / 1000, ".", driver % 1000 / 10, ", expected ", CUDART_VERSION / 1000,
                             ".0 or newer: update the driver");
  require<DeviceUnavailable>(code == cudaSuccess || code == cudaErrorNoDevice, "device cuda: ",
                             cudaGetErrorString(code));
  require<DeviceUnavailable>(ordinal < count, "device cuda: GPU ", ordinal, " was asked for, this process sees ", count);
}

class GpuRuntime {
 public:
  explicit GpuRuntime(const Choice& choice) : ordinal_(choice.ordinal) {
    require_gpu(ordinal_);
    use();
    cudaDeviceProp properties;
    check(cudaGetDeviceProperties(&properties, ordinal_), "reading the GPU's properties");
    int driver = 0;
    check(cudaDriverGetVersion(&driver), "reading the driver's version");
    model_ = message(properties.name, ", driver for CUDA ", driver / 1000, ".", driver % 1000 / 10);
    require<DeviceUnavailable>(properties.major >= 8, "device cuda: ", model_, " has compute capability ",
                               properties.major, ".", properties.minor, ", expected 8.0 or newer");
    int ratio = 0;
    check(cudaDeviceGetAttribute(&ratio, cudaDevAttrSingleToDoublePrecisionPerfRatio, ordinal_),
          "reading the GPU's arithmetic rates");
    fast_fp64_ = ratio <= 4;
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
  }
  ~GpuRuntime() {
    if (stream_ != nullptr && cudaSetDevice(ordinal_) == cudaSuccess) cudaStreamDestroy(stream_);
  }
  GpuRuntime(const GpuRuntime&) = delete;
  GpuRuntime& operator=(const GpuRuntime&) = delete;

  std::string model() const { return model_; }
  bool fast_fp64() const { return fast_fp64_; }

  /// Null if the GPU has no more memory. The pool keeps blocks until the device is closed. Once the working set is
  /// allocated, an operation neither allocates nor waits.
  Word* take(std::size_t words) noexcept {
    void* out = nullptr;
    if (cudaSetDevice(ordinal_) != cudaSuccess || cudaMalloc(&out, words * sizeof(Word)) != cudaSuccess) {
      cudaGetLastError();  // clears the error, so that the next call does not report it
      return nullptr;
    }
    return static_cast<Word*>(out);
  }
  void give_back(Word* block) noexcept {
    if (cudaSetDevice(ordinal_) == cudaSuccess) cudaFree(block);
  }
  static constexpr std::size_t kBlockWords = (std::size_t{1} << 28) / sizeof(Word);

  void upload(void* dst, const void* host, std::size_t bytes) {
    use();
    check(cudaMemcpyAsync(dst, host, bytes, cudaMemcpyHostToDevice, stream_), "upload");
    check(cudaStreamSynchronize(stream_), "upload");
  }
  void download(void* host, const void* src, std::size_t bytes) {
    use();
    check(cudaMemcpyAsync(host, src, bytes, cudaMemcpyDeviceToHost, stream_), "download");
    check(cudaStreamSynchronize(stream_), "download");
  }
  void synchronize() {
    use();
    check(cudaStreamSynchronize(stream_), "waiting");
  }
  void copy(void* dst, const void* src, std::size_t bytes) {
    use();
    check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDeviceToDevice, stream_), "copy");
  }
  void zero(void* dst, std::size_t bytes) {
    use();
    check(cudaMemsetAsync(dst, 0, bytes, stream_), "zero");
  }

  template <class Kernel>
  void launch(const Kernel& kernel, const Grid& grid) {
    static_assert(sizeof(Kernel) <= kMaxArgumentBytes);
    use();
    const std::size_t shared = grid.shared_words * sizeof(Word);
    require<DeviceLost>(shared <= kMaxSharedBytes && grid.threads <= Kernel::kMaxThreads, "cuda: a launch of ",
                        grid.threads, " threads with ", shared, " bytes of shared memory");
    entry<Kernel><<<dim3(grid.blocks_x, grid.blocks_y), grid.threads, shared, stream_>>>(kernel);
    check(cudaGetLastError(), "launch");
  }

 private:
  void use() const { check(cudaSetDevice(ordinal_), "choosing the GPU"); }

  int ordinal_;
  std::string model_;
  bool fast_fp64_ = false;
  cudaStream_t stream_ = nullptr;
};

}  // namespace hetal::device::cuda
