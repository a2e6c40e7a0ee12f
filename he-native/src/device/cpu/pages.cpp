#include "device/cpu/pages.h"

#include <new>

#include <sys/mman.h>

namespace hetal::device {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;

}  // namespace

void* huge_pages(std::size_t bytes) noexcept {
  const std::size_t alignment = bytes >= kHugePage / 2 ? kHugePage : 64;
  void* data = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (data != nullptr && alignment == kHugePage) madvise(data, bytes, MADV_HUGEPAGE);
  return data;
}

OwnedWords owned_words(std::size_t count) {
  OwnedWords out(static_cast<Word*>(huge_pages(count * sizeof(Word))));
  if (!out) throw std::bad_alloc();
  return out;
}

}  // namespace hetal::device
