// The format of ciphertexts, and the fields that all files have (docs/formats.md). Every reader checks magic, version,
// sizes, parameter hash, key id and digest before it copies a residue to the device.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"
#include "ckks/ciphertext.h"

namespace hetal::ckks {

/// Identifies a key pair. Its ciphertexts and evaluation keys contain it.
using KeyId = std::array<std::uint8_t, 16>;

using hetal::hex;
std::string hex(const KeyId& id);
/// Reads 32 lower-case hexadecimal digits. Throws FormatError for anything else.
KeyId key_id_from_hex(const std::string& text);

/// Writes the first fields of every binary file: magic (8 bytes), version, parameter hash, key id.
void write_prefix(ByteWriter& out, const char* magic, std::uint32_t version, const Parameters& parameters,
                  const KeyId& id);
/// Checks magic, version and parameter hash. Returns the key id.
KeyId read_prefix(ByteReader& in, const char* magic, std::uint32_t version, const Parameters& parameters);
void require_key_id(const ByteReader& in, const KeyId& expected, const KeyId& actual);

/// Identifies a uniform polynomial, which Device::uniform expands.
struct Seeded {
  Seed seed;
  std::uint64_t stream;
};

/// Requires two parts and the canonical scale of the level. If c1 was expanded from `seeded`, the seed is stored
/// instead of c1.
Bytes serialize(const Context& context, const Ciphertext& a, const KeyId& id, const std::optional<Seeded>& seeded = {});
/// Throws FormatError, which states the field, the expected and the actual value.
Ciphertext deserialize(const Context& context, ByteView bytes, const KeyId& id);
/// Size of a stored ciphertext at a level.
std::size_t ciphertext_bytes(const Context& context, int level, bool seeded);

}  // namespace hetal::ckks
