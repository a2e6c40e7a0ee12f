#include "device/memory_pool.h"

#include <algorithm>
#include <new>

namespace hetal::device {
namespace {

constexpr std::size_t kAlignmentWords = 8;

std::size_t rounded(std::size_t words) {
  return std::max<std::size_t>(1, (words + kAlignmentWords - 1) / kAlignmentWords) * kAlignmentWords;
}

}  // namespace

MemoryPool::~MemoryPool() {
  for (Word* block : blocks_) source_.give_back(block);
}

Word* MemoryPool::take(std::size_t words) {
  Word* const data = find(rounded(words));
  if (data == nullptr) return nullptr;
  const std::size_t now = in_use_.fetch_add(words * sizeof(Word)) + words * sizeof(Word);
  std::size_t peak = peak_.load();
  while (now > peak && !peak_.compare_exchange_weak(peak, now)) {}
  return data;
}

Word* MemoryPool::find(std::size_t words) {
  std::lock_guard lock(mutex_);
  try {
    auto at = by_size_.lower_bound({words, nullptr});
    if (at == by_size_.end()) {
      if (!grow(words)) return nullptr;
      at = by_size_.lower_bound({words, nullptr});
    }
    const auto [size, data] = *at;
    if (size > words) add_free(data + words, size - words);
    // Nothing is allocated from here on.
    Range& range = ranges_.find(data)->second;
    range.words = words;
    range.taken = by_size_.extract(at);
    return data;
  } catch (const std::bad_alloc&) { return nullptr; }
}

void MemoryPool::give_back(Word* data, std::size_t words) noexcept {
  in_use_.fetch_sub(words * sizeof(Word));
  std::lock_guard lock(mutex_);
  auto at = ranges_.find(data);
  BySize::node_type entry = std::move(at->second.taken);
  const auto next = std::next(at);
  if (next != ranges_.end() && follows(at, next)) {
    at->second.words += next->second.words;
    by_size_.erase({next->second.words, next->first});
    ranges_.erase(next);
  }
  if (at != ranges_.begin() && follows(std::prev(at), at)) {
    const auto before = std::prev(at);
    by_size_.erase({before->second.words, before->first});
    before->second.words += at->second.words;
    ranges_.erase(at);
    at = before;
  }
  entry.value() = {at->second.words, at->first};
  by_size_.insert(std::move(entry));
}

/// Whether two ranges are free and adjacent in one block. (A range that is being given back counts as free.)
bool MemoryPool::follows(Ranges::iterator first, Ranges::iterator second) const {
  return first->second.taken.empty() && second->second.taken.empty() &&
         first->first + first->second.words == second->first && !blocks_.contains(second->first);
}

bool MemoryPool::reserve(std::size_t words) {
  std::lock_guard lock(mutex_);
  try {
    return grow(rounded(words));
  } catch (const std::bad_alloc&) { return false; }
}

bool MemoryPool::grow(std::size_t words) {
  const std::size_t least = words;
  words = std::max(words, source_.block_words);
  Word* block = source_.take(words);
  if (block == nullptr && least < words) block = source_.take(words = least);
  if (block == nullptr) return false;
  try {
    const auto at = blocks_.insert(block).first;
    try {
      add_free(block, words);
    } catch (...) {
      blocks_.erase(at);
      throw;
    }
  } catch (...) {
    source_.give_back(block);
    throw;
  }
  return true;
}

/// Adds a block, or changes nothing if an allocation fails.
void MemoryPool::add_free(Word* data, std::size_t words) {
  const auto at = ranges_.try_emplace(data, Range{words, {}}).first;
  try {
    by_size_.emplace(words, data);
  } catch (...) {
    ranges_.erase(at);
    throw;
  }
}

}  // namespace hetal::device
