// The memory pool of a device. It cuts ranges from large blocks. A range that is given back is merged with free
// neighbors in the same block. (cudaMemcpy refuses a range that spans two allocations.) On every device an allocation
// takes longer than any operation on the memory, so requests of all sizes share the ranges.
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

/// Allocates the blocks. The pool never reads or writes their memory.
struct BlockSource {
  std::function<Word*(std::size_t words)> take;  ///< returns null if there is no more memory
  std::function<void(Word*)> give_back;
  std::size_t block_words;  ///< least size of a block; pages of the host that are not touched cost nothing
};

class MemoryPool {
 public:
  explicit MemoryPool(BlockSource source) : source_(std::move(source)) {}
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  /// Returns the smallest free range that fits, and of equal ones the one at the lowest address. 64-byte aligned,
  /// contents undefined. Null if there is no more memory. Other exceptions of the source pass, and no range is taken.
  Word* take(std::size_t words);
  /// `words` must be as in take. Allocates nothing, so that it works when there is no memory left.
  void give_back(Word* data, std::size_t words) noexcept;
  /// Allocates one free range of that many words. False if the source has not enough memory.
  bool reserve(std::size_t words);

  /// Bytes in use now, and the most that were in use at a time.
  std::size_t bytes_in_use() const { return in_use_.load(); }
  std::size_t bytes_peak() const { return peak_.load(); }

 private:
  using BySize = std::set<std::pair<std::size_t, Word*>>;
  /// A part of a block, free or in use.
  struct Range {
    std::size_t words;
    BySize::node_type taken;  ///< of a range in use: its node of by_size_, reused when it is given back
  };
  using Ranges = std::map<Word*, Range>;

  Word* find(std::size_t words);
  bool grow(std::size_t words);
  void add_free(Word* data, std::size_t words);
  bool follows(Ranges::iterator first, Ranges::iterator second) const;

  BlockSource source_;
  std::mutex mutex_;
  std::set<Word*> blocks_;
  Ranges ranges_;   // every word of every block is in exactly one range
  BySize by_size_;  // the free ranges
  std::atomic<std::size_t> in_use_{0}, peak_{0};
};

}  // namespace hetal::device
