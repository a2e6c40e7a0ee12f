// Allocates large pieces of host memory.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace hetal {

/// Allocates memory on huge pages where the system has them, which causes fewer page faults and TLB misses. Returns
/// null if there is no memory. Large pieces are left out of core files (MADV_DONTDUMP). The caller frees it with
/// std::free. Contents are undefined.
void* huge_pages(std::size_t bytes) noexcept;

}  // namespace hetal
