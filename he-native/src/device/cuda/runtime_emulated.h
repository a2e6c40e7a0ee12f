// A GPU played by the host: the kernels' own code, a block at a time, its threads one after the other within a phase.
// For tests; nothing else runs on it.
#pragma once

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"
#include "device/device.h"

namespace hetal::device::cuda {

class EmulatedRuntime {
 public:
  /// Threads run in the order of their numbers in every other phase and in the opposite order in the rest, so that one
  /// that reads what another writes in the same phase gives a wrong result in one of two runs.
  explicit EmulatedRuntime(const Choice&) {}

  std::string model() const { return "emulated"; }
  /// As a data-centre GPU.
  bool fast_fp64() const { return true; }

  Word* take(std::size_t words) noexcept {
    return static_cast<Word*>(std::aligned_alloc(64, (words * sizeof(Word) + 63) / 64 * 64));
  }
  void give_back(Word* block) noexcept { std::free(block); }
  /// Emulated memory grows like the GPU's, in small blocks, so that the sanitizers see ranges end.
  static constexpr std::size_t kBlockWords = 1 << 16;

  void upload(void* dst, const void* host, std::size_t bytes) { std::memcpy(dst, host, bytes); }
  void download(void* host, const void* src, std::size_t bytes) { std::memcpy(host, src, bytes); }
  void copy(void* dst, const void* src, std::size_t bytes) { std::memmove(dst, src, bytes); }
  void zero(void* dst, std::size_t bytes) { std::memset(dst, 0, bytes); }

  template <class Kernel>
  void launch(const Kernel& kernel, const Grid& grid) const {
    std::vector<Word> shared(grid.shared_words);
    std::vector<typename Kernel::Registers> registers(grid.threads);
    for (std::uint32_t y = 0; y < grid.blocks_y; ++y) {
      for (std::uint32_t x = 0; x < grid.blocks_x; ++x) phases<0>(kernel, grid, x, y, registers, shared);
    }
  }

 private:
  template <int Phase, class Kernel>
  static void phases(const Kernel& kernel, const Grid& grid, std::uint32_t x, std::uint32_t y,
                     std::vector<typename Kernel::Registers>& registers, std::vector<Word>& shared) {
    for (std::uint32_t i = 0; i < grid.threads; ++i) {
      const std::uint32_t thread = (x + static_cast<std::uint32_t>(Phase)) % 2 == 0 ? i : grid.threads - 1 - i;
      kernel.template run<Phase>({x, y, thread, grid.threads}, registers[thread], shared.data());
    }
    if constexpr (Phase + 1 < Kernel::kPhases) phases<Phase + 1>(kernel, grid, x, y, registers, shared);
  }
};

}  // namespace hetal::device::cuda
