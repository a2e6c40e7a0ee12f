// The CPU device's memory: ranges cut from large blocks on huge pages, merged with their neighbours when given back.
// Touching fresh memory costs more than any operation on it, so every size draws on the same ranges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

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

class MemoryPool {
 public:
  MemoryPool() = default;
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  /// 64-byte aligned, contents undefined: the smallest free range that fits, the lowest among equals. Null when the
  /// system has no more.
  Word* take(std::size_t words) noexcept;
  /// `words` as when taken.
  void give_back(Word* data, std::size_t words) noexcept;

 private:
  bool grow(std::size_t words);
  void insert(Word* data, std::size_t words);

  std::mutex mutex_;
  std::vector<Word*> blocks_;
  std::map<Word*, std::size_t> by_address_;
  std::set<std::pair<std::size_t, Word*>> by_size_;
};

}  // namespace hetal::device
