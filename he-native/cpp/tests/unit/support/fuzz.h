// Seeded changes to stored bytes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>

#include "base/bytes.h"
#include "support/seal.h"

namespace hetal::fuzzing {

/// One change that a disk, a network or an adversary might make. The first `header` bytes, where sizes are, are
/// changed more often.
inline Bytes changed(Bytes bytes, std::size_t header, std::mt19937_64& random) {
  static constexpr std::uint32_t kExtremes[] = {0,          1,          2,          0x7fffffff, 0x80000000,
                                                0xfffffffe, 0xffffffff, 0x01000000, 0x00010000, 0x00000100};
  header = std::min(header, bytes.size());
  const auto byte = [&] { return static_cast<std::uint8_t>(random()); };
  switch (random() % 7) {
    case 0:
      bytes.resize(random() % bytes.size());
      break;
    case 1:
      for (std::size_t more = 1 + random() % 64; more > 0; --more) bytes.push_back(byte());
      break;
    case 2:
      bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
      break;
    case 3:
      for (int k = 0; k < 4; ++k) bytes[random() % header] = byte();
      break;
    case 4:
      bytes[random() % header] ^= static_cast<std::uint8_t>(1u << random() % 8);
      break;
    case 5: {  // a field of the header
      const std::uint32_t value = kExtremes[random() % std::size(kExtremes)];
      const std::size_t at = random() % header / 4 * 4;
      if (at + 4 <= bytes.size())
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&value), 4, bytes.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    }
    default: {  // a piece of the payload
      const std::size_t from = random() % bytes.size(),
                        count = std::min<std::size_t>(bytes.size() - from, 1 + random() % 16);
      const std::uint8_t value = random() % 2 == 0 ? 0xff : byte();
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count, value);
      break;
    }
  }
  return bytes;
}

struct Result {
  int refused = 0;            ///< with a FormatError
  int refused_by_digest = 0;  ///< of these, by the digest of the bytes themselves
  int accepted = 0;           ///< read without an error
};

/// Changes, seals and parses; anything but a FormatError or a normal return fails the test. `parse` checks what it
/// accepts.
inline Result fuzz(const Bytes& good, int rounds, std::size_t header, const std::function<Bytes(Bytes)>& seal,
                   const std::function<void(ByteView)>& parse) {
  std::mt19937_64 random(4711);
  Result out;
  for (int i = 0; i < rounds; ++i) {
    const Bytes bad = seal(changed(good, header, random));
    if (bad == good) continue;
    try {
      parse(bad);
      ++out.accepted;
    } catch (const FormatError& e) {
      ++out.refused;
      EXPECT_STRNE(e.what(), "");
      if (std::string(e.what()).find("changed or damaged") != std::string::npos) ++out.refused_by_digest;
    } catch (const std::exception& e) {
      ADD_FAILURE() << "round " << i << ": expected a FormatError, actual: " << e.what();
    }
  }
  return out;
}

}  // namespace hetal::fuzzing
