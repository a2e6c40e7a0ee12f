// Determines how much memory this process may still allocate. Linux grants more memory than there is, and kills the
// process when it uses that memory.
#pragma once

#include <cstdint>
#include <string>

namespace hetal {

/// Bytes until this process reaches the limit of a control group (version 1 or 2; containers set such limits) or uses
/// up the memory and swap of the machine, whichever is less. Memory that the system can free, such as cached files,
/// counts as free. Returns the largest number if the limits are unknown.
///
/// Tests pass a `root`, the folder that has their versions of /proc and /sys.
std::uint64_t memory_left(const std::string& root = "");

}  // namespace hetal
