// The form of a kernel: a struct of arguments with a number of phases. All threads of a block end a phase before any
// begins the next. Values that threads exchange or keep between phases are in shared memory. Such a kernel runs on a
// GPU (runtime_gpu.cuh) and, block by block, on the host (runtime_emulated.h).
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

/// The position of a thread in its grid.
struct Place {
  std::uint32_t block_x, block_y, thread, threads;
};

struct Grid {
  std::uint32_t blocks_x, blocks_y, threads;
  std::uint32_t shared_words;
};

/// Limits that every GPU supports: bytes of a kernel's arguments, and of a block's shared memory without a special
/// request.
inline constexpr std::size_t kMaxArgumentBytes = 4096, kMaxSharedBytes = 48 * 1024;

}  // namespace hetal::device::cuda
