// A device's memory: ranges cut from large blocks, merged when given back with their neighbours in the same block
// (cudaMemcpy refuses a range that spans two allocations). Fresh memory costs more than any operation on it, on every
// device, so every size draws on the same ranges.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "arith/modulus.h"

namespace hetal::device {

/// Where blocks come from. The pool never reads or writes them.
struct BlockSource {
  std::function<Word*(std::size_t words)> take;  ///< null when there is no more
  std::function<void(Word*)> give_back;
  std::size_t block_words;  ///< the least to ask for; untouched pages of the host cost nothing
};

class MemoryPool {
 public:
  explicit MemoryPool(BlockSource source) : source_(std::move(source)) {}
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  /// 64-byte aligned, contents undefined: the smallest free range that fits, the lowest among equals. Null when the
  /// source has no more.
  Word* take(std::size_t words) noexcept;
  /// `words` as when taken.
  void give_back(Word* data, std::size_t words) noexcept;
  /// Has one free range of so many words from the start; false when the source has not.
  bool reserve(std::size_t words) noexcept;

  /// Of what is taken now, and the most that was taken at a time.
  std::size_t bytes_in_use() const { return in_use_.load(); }
  std::size_t bytes_peak() const { return peak_.load(); }

 private:
  Word* find(std::size_t words) noexcept;
  bool grow(std::size_t words);
  void insert(Word* data, std::size_t words);

  BlockSource source_;
  std::mutex mutex_;
  std::set<Word*> blocks_;
  std::map<Word*, std::size_t> by_address_;
  std::set<std::pair<std::size_t, Word*>> by_size_;
  std::atomic<std::size_t> in_use_{0}, peak_{0};
};

}  // namespace hetal::device
