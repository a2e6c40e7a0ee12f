// Large pieces of host memory.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace hetal {

/// Memory on huge pages where the system has them (fewer faults, fewer misses in the address caches); null when there
/// is none. To be freed by std::free. Contents are undefined.
void* huge_pages(std::size_t bytes) noexcept;

}  // namespace hetal
