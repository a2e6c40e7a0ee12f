// What a kernel is here: a struct of arguments with a number of phases. All threads of a block end a phase before one
// begins the next; what they exchange, or keep between phases, is in shared memory.
// Such a kernel runs on a GPU (runtime_gpu.cuh) and, block after block, on the host (runtime_emulated.h).
//
//   struct K {
//     static constexpr int kPhases;
//     static constexpr unsigned kMaxThreads;
//     template <int Phase> HETAL_HD void run(const Place&, Word* shared) const;
//   };
#pragma once

#include <cstddef>
#include <cstdint>

#include "device/cuda/portable.h"

namespace hetal::device::cuda {

/// Where a thread is in its grid.
struct Place {
  std::uint32_t block_x, block_y, thread, threads;
};

struct Grid {
  std::uint32_t blocks_x, blocks_y, threads;
  std::uint32_t shared_words;
};

/// What every GPU takes: arguments of a kernel, and shared memory of a block without asking for more.
inline constexpr std::size_t kMaxArgumentBytes = 4096, kMaxSharedBytes = 48 * 1024;

}  // namespace hetal::device::cuda
