// The kernels of the CPU device one by one, for every path that this processor runs.
#pragma once

#include <string>
#include <vector>

#include "common/report.h"

namespace hetal::bench {

/// One kernel on one limb of one prime, data in the cache; the same words on every path, compared with the portable
/// path's. Throws NotVerified where they differ. Seconds are those of one call.
std::vector<Run> kernels(std::uint32_t ring_degree);

}  // namespace hetal::bench
