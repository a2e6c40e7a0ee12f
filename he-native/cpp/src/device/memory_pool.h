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
  std::size_t block_words;  ///< to ask for first; untouched pages of the host cost nothing
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
  /// `words` as when taken. Allocates nothing: memory can be given back when there is none left.
  void give_back(Word* data, std::size_t words) noexcept;
  /// Has one free range of so many words from the start; false when the source has not.
  bool reserve(std::size_t words) noexcept;

  /// Of what is taken now, and the most that was taken at a time.
  std::size_t bytes_in_use() const { return in_use_.load(); }
  std::size_t bytes_peak() const { return peak_.load(); }

 private:
  using BySize = std::set<std::pair<std::size_t, Word*>>;
  /// A piece of a block, free or taken.
  struct Range {
    std::size_t words;
    BySize::node_type taken;  ///< of a taken range: its entry in by_size_, kept for when it is given back
  };
  using Ranges = std::map<Word*, Range>;

  Word* find(std::size_t words) noexcept;
  bool grow(std::size_t words);
  void add_free(Word* data, std::size_t words);
  bool follows(Ranges::iterator first, Ranges::iterator second) const;

  BlockSource source_;
  std::mutex mutex_;
  std::set<Word*> blocks_;
  Ranges ranges_;   // every word of every block is in one range
  BySize by_size_;  // the free ones
  std::atomic<std::size_t> in_use_{0}, peak_{0};
};

}  // namespace hetal::device
