// Emulates a GPU on the host, for tests. It executes the code of the kernels block by block and, within a phase, thread
// by thread. "Device" memory is accessible only while an operation runs. Code above the device layer that reads it
// faults, as on a GPU.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <sys/mman.h>

#include "base/error.h"
#include "device/pages.h"
#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"
#include "device/device.h"

// A block uses the processor's fused multiply-add, or that of libm, which rounds the same, if the processor has none.
// Only functions that are inlined here are compiled with the instruction. No function that other code may call contains
// it.
#if defined(__x86_64__)
#define HETAL_WITH_AND_WITHOUT_FMA __attribute__((target_clones("fma", "default"), flatten))
#else
#define HETAL_WITH_AND_WITHOUT_FMA
#endif

namespace hetal::device::cuda {

class EmulatedRuntime {
 public:
  explicit EmulatedRuntime(const Choice&) {}

  std::string model() const { return "emulated"; }
  /// The rate of a data-center GPU.
  bool fast_fp64() const { return true; }

  Word* take(std::size_t words) noexcept {
    std::lock_guard lock(mutex_);
    // The protection of huge pages changes quickly.
    const std::size_t bytes = (words * sizeof(Word) + kHugePage - 1) / kHugePage * kHugePage;
    auto* const block = static_cast<Word*>(huge_pages(bytes));
    if (block == nullptr) return nullptr;
    try {
      blocks_.emplace(block, bytes);
    } catch (const std::bad_alloc&) {
      std::free(block);
      return nullptr;
    }
    mprotect(block, bytes, PROT_NONE);
    return block;
  }
  void give_back(Word* block) noexcept {
    std::lock_guard lock(mutex_);
    const auto at = blocks_.find(block);
    mprotect(block, at->second, PROT_READ | PROT_WRITE);
    std::free(block);
    blocks_.erase(at);
  }
  static constexpr std::size_t kHugePage = std::size_t{1} << 21, kBlockWords = (std::size_t{1} << 26) / sizeof(Word);

  void upload(void* dst, const void* host, std::size_t bytes) {
    on_device([&] { std::memcpy(within_one_block(dst, bytes), host, bytes); });
  }
  void download(void* host, const void* src, std::size_t bytes) {
    on_device([&] { std::memcpy(host, within_one_block(src, bytes), bytes); });
  }
  void synchronize() {}
  void copy(void* dst, const void* src, std::size_t bytes) {
    on_device([&] { std::memmove(within_one_block(dst, bytes), within_one_block(src, bytes), bytes); });
  }
  void zero(void* dst, std::size_t bytes) {
    on_device([&] { std::memset(within_one_block(dst, bytes), 0, bytes); });
  }

  /// Some phases execute the threads in reverse order, and shared memory starts with arbitrary values. A thread that
  /// reads what another writes in the same phase, or what nobody wrote, therefore gives a wrong result.
  template <class Kernel>
  void launch(const Kernel& kernel, const Grid& grid) {
    static_assert(sizeof(Kernel) <= kMaxArgumentBytes);
    require<DeviceLost>(grid.shared_words * sizeof(Word) <= kMaxSharedBytes && grid.threads <= Kernel::kMaxThreads,
                        "cuda: a launch of ", grid.threads, " threads with ", grid.shared_words, " shared words");
    std::vector<Word> shared(grid.shared_words);
    on_device([&] {
      for (std::uint32_t y = 0; y < grid.blocks_y; ++y) {
        for (std::uint32_t x = 0; x < grid.blocks_x; ++x) {
          std::fill(shared.begin(), shared.end(), 0xa5a5a5a5a5a5a5a5u);
          phases<0>(kernel, grid, x, y, shared);
        }
      }
    });
  }

 private:
  /// As cudaMemcpy, refuses a range that spans two allocations, even if they are adjacent.
  template <typename T>
  T* within_one_block(T* data, std::size_t bytes) const {
    const auto* const first = static_cast<const char*>(static_cast<const void*>(data));
    for (const auto& [block, size] : blocks_) {
      const char* const start = reinterpret_cast<const char*>(block);
      if (start <= first && first + bytes <= start + size) return data;
    }
    throw DeviceLost(message("cuda: a copy of ", bytes, " bytes that are not within one block"));
  }

  /// Executes one operation at a time, as a stream does.
  template <typename Body>
  void on_device(const Body& body) {
    std::lock_guard lock(mutex_);
    for (const auto& [block, bytes] : blocks_) mprotect(block, bytes, PROT_READ | PROT_WRITE);
    body();
    for (const auto& [block, bytes] : blocks_) mprotect(block, bytes, PROT_NONE);
  }

  template <int Phase, class Kernel>
  HETAL_WITH_AND_WITHOUT_FMA static void phases(const Kernel& kernel, const Grid& grid, std::uint32_t x,
                                                std::uint32_t y, std::vector<Word>& shared) {
    for (std::uint32_t i = 0; i < grid.threads; ++i) {
      const std::uint32_t thread = (x + y + static_cast<std::uint32_t>(Phase)) % 2 == 0 ? i : grid.threads - 1 - i;
      kernel.template run<Phase>({x, y, thread, grid.threads}, shared.data());
    }
    if constexpr (Phase + 1 < Kernel::kPhases) phases<Phase + 1>(kernel, grid, x, y, shared);
  }

  std::mutex mutex_;
  std::map<Word*, std::size_t> blocks_;
};

}  // namespace hetal::device::cuda
