// The compression function of SHA-256 on whole blocks; not for use outside sha256.cpp and its test.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hetal {

using Sha256Blocks = void (*)(std::array<std::uint32_t, 8>& state, const std::uint8_t* data, std::size_t blocks);

extern const std::array<std::uint32_t, 64> kSha256Round;

/// Readable; the reference.
void sha256_blocks_portable(std::array<std::uint32_t, 8>& state, const std::uint8_t* data, std::size_t blocks);
/// With the processor's SHA instructions; null where it has none.
Sha256Blocks sha256_blocks_accelerated();

}  // namespace hetal
