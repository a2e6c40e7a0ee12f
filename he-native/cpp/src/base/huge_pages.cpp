#include "base/huge_pages.h"

#include <sys/mman.h>

namespace hetal {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;

}  // namespace

void* huge_pages(std::size_t bytes) noexcept {
  const std::size_t alignment = bytes >= kHugePage / 2 ? kHugePage : 64;
  void* data = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (data != nullptr && alignment == kHugePage) {
    madvise(data, bytes, MADV_HUGEPAGE);
    // The owner's polynomials are here; those of the cluster would make a core file as large as its memory.
    madvise(data, bytes, MADV_DONTDUMP);
  }
  return data;
}

}  // namespace hetal
