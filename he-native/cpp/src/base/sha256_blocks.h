// The compression function of SHA-256 on whole blocks. Only sha256.cpp and its test include this header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hetal {

using Sha256Blocks = void (*)(std::array<std::uint32_t, 8>& state, const std::uint8_t* data, std::size_t blocks);

extern const std::array<std::uint32_t, 64> kSha256Round;

/// The readable reference.
void sha256_blocks_portable(std::array<std::uint32_t, 8>& state, const std::uint8_t* data, std::size_t blocks);
/// A version with the SHA instructions of the processor. Null if the processor has none.
Sha256Blocks sha256_blocks_accelerated();

}  // namespace hetal
