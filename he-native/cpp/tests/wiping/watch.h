// Sees memory that is given back: a test program that is linked with watch.cpp replaces operator new and delete and, by
// the linker option --wrap, the calls of free, munmap and getrandom in the engine. The bytes are read by the allocator,
// which owns them at that time; nothing is read after it was freed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hetal::wiping {

/// Looks for secrets in every piece of memory that any thread gives back while this lives. One at a time.
class Watch {
 public:
  /// The name of each secret and 16 to 1024 bytes of it.
  explicit Watch(std::map<std::string, std::vector<std::uint8_t>> secrets);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// The secrets that were found, and how often.
  std::map<std::string, int> found() const;
  /// Pieces of memory that were looked at.
  std::uint64_t inspected() const;
};

/// While this lives, the engine's calls of getrandom for 32 bytes get these. One at a time.
class KnownRandomness {
 public:
  explicit KnownRandomness(const std::array<std::uint8_t, 32>& bytes);
  ~KnownRandomness();
  KnownRandomness(const KnownRandomness&) = delete;
  KnownRandomness& operator=(const KnownRandomness&) = delete;

 private:
  const std::array<std::uint8_t, 32> bytes_;
};

}  // namespace hetal::wiping
