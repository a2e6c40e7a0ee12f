// A GPU played by the host: the kernels' own code, a block at a time, its threads one after the other within a phase.
// For tests; nothing else runs on it. "Device" memory can be touched only while an operation runs: code above the
// device layer that reads it faults here as on a GPU.
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

// A block runs with the processor's fused multiply-add where it has one, else with libm's, which rounds the same. Only
// what is inlined here is compiled twice: nothing that other code may call, or be linked to, needs the instruction.
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
  /// As a data-centre GPU.
  bool fast_fp64() const { return true; }

  Word* take(std::size_t words) noexcept {
    std::lock_guard lock(mutex_);
    // Huge pages change their protection fast.
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

  /// Threads run in the order of their numbers in some phases and in the opposite order in others, and shared memory
  /// starts as rubbish: a thread that relies on another in the same phase, or on nothing at all, gives a wrong result.
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
  /// CUDA's copies refuse a range that spans two allocations, even where these are adjacent.
  template <typename T>
  T* within_one_block(T* data, std::size_t bytes) const {
    const auto* const first = static_cast<const char*>(static_cast<const void*>(data));
    for (const auto& [block, size] : blocks_) {
      const char* const start = reinterpret_cast<const char*>(block);
      if (start <= first && first + bytes <= start + size) return data;
    }
    throw DeviceLost(message("cuda: a copy of ", bytes, " bytes that are not within one block"));
  }

  /// One operation at a time, as on a stream.
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
