// Host memory for tables and for the CPU device's pool.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "arith/modulus.h"

namespace hetal::device {

/// Memory on huge pages where the system has them (fewer faults, fewer misses in the address caches); null when there
/// is none. To be freed by std::free.
void* huge_pages(std::size_t bytes) noexcept;

struct FreeMemory {
  void operator()(Word* data) const noexcept { std::free(data); }
};
/// Owned words, for tables that are read at every transform. Throws std::bad_alloc.
using OwnedWords = std::unique_ptr<Word[], FreeMemory>;
OwnedWords owned_words(std::size_t count);

}  // namespace hetal::device
