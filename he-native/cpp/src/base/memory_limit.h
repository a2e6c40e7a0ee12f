// How much memory this process may still take. Linux grants more than there is, and ends the process that uses it.
#pragma once

#include <cstdint>
#include <string>

namespace hetal {

/// Bytes until the limit of a control group that holds this process (version 1 or 2, as containers set them), or until
/// the memory and swap of the machine are used up, whichever is less. What the system could free, such as cached files,
/// counts as left. The largest number where nothing is known.
///
/// `root` stands before /proc and /sys, for tests.
std::uint64_t memory_left(const std::string& root = "");

}  // namespace hetal
