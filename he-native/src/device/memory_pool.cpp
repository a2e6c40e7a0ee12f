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

Word* MemoryPool::take(std::size_t words) noexcept {
  Word* const data = find(rounded(words));
  if (data == nullptr) return nullptr;
  const std::size_t now = in_use_.fetch_add(words * sizeof(Word)) + words * sizeof(Word);
  std::size_t peak = peak_.load();
  while (now > peak && !peak_.compare_exchange_weak(peak, now)) {}
  return data;
}

Word* MemoryPool::find(std::size_t words) noexcept {
  std::lock_guard lock(mutex_);
  try {
    auto at = by_size_.lower_bound({words, nullptr});
    if (at == by_size_.end()) {
      if (!grow(words)) return nullptr;
      at = by_size_.lower_bound({words, nullptr});
    }
    const auto [size, data] = *at;
    by_size_.erase(at);
    by_address_.erase(data);
    if (size > words) insert(data + words, size - words);
    return data;
  } catch (const std::bad_alloc&) { return nullptr; }
}

void MemoryPool::give_back(Word* data, std::size_t words) noexcept {
  in_use_.fetch_sub(words * sizeof(Word));
  words = rounded(words);
  std::lock_guard lock(mutex_);
  try {
    auto next = by_address_.lower_bound(data);
    if (next != by_address_.end() && data + words == next->first && !blocks_.contains(next->first)) {
      words += next->second;
      by_size_.erase({next->second, next->first});
      next = by_address_.erase(next);
    }
    if (next != by_address_.begin() && !blocks_.contains(data)) {
      const auto before = std::prev(next);
      if (before->first + before->second == data) {
        data = before->first;
        words += before->second;
        by_size_.erase({before->second, before->first});
        by_address_.erase(before);
      }
    }
    insert(data, words);
  } catch (const std::bad_alloc&) {
    // The range stays unused until its block is freed with the pool.
  }
}

bool MemoryPool::reserve(std::size_t words) noexcept {
  std::lock_guard lock(mutex_);
  try {
    return grow(rounded(words));
  } catch (const std::bad_alloc&) { return false; }
}

bool MemoryPool::grow(std::size_t words) {
  words = std::max(words, source_.block_words);
  Word* const block = source_.take(words);
  if (block == nullptr) return false;
  blocks_.insert(block);
  insert(block, words);
  return true;
}

void MemoryPool::insert(Word* data, std::size_t words) {
  by_address_.emplace(data, words);
  by_size_.emplace(words, data);
}

}  // namespace hetal::device
