// Ciphertexts and what all files share: docs/formats.md. Every reader checks magic, version, sizes, parameter hash, key
// id and digest before any residue reaches the device.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"
#include "ckks/ciphertext.h"

namespace hetal::ckks {

/// Names a key pair: ciphertexts and evaluation keys carry it.
using KeyId = std::array<std::uint8_t, 16>;

using hetal::hex;
std::string hex(const KeyId& id);
/// 32 lower-case hexadecimal digits; FormatError otherwise.
KeyId key_id_from_hex(const std::string& text);

/// Magic (8 bytes), version, parameter hash, key id: how every binary file begins.
void write_prefix(ByteWriter& out, const char* magic, std::uint32_t version, const Parameters& parameters,
                  const KeyId& id);
/// Checks all but the key id, which it returns.
KeyId read_prefix(ByteReader& in, const char* magic, std::uint32_t version, const Parameters& parameters);
void require_key_id(const ByteReader& in, const KeyId& expected, const KeyId& actual);

/// The uniform polynomial that a seed stands for.
struct Seeded {
  Seed seed;
  std::uint64_t stream;
};

/// Two parts at the canonical scale of their level. With `seeded`, c1 is what Device::uniform makes of it and is not
/// stored.
Bytes serialize(const Context& context, const Ciphertext& a, const KeyId& id, const std::optional<Seeded>& seeded = {});
/// FormatError says what was wrong.
Ciphertext deserialize(const Context& context, ByteView bytes, const KeyId& id);
/// Of a stored ciphertext at a level.
std::size_t ciphertext_bytes(const Context& context, int level, bool seeded);

}  // namespace hetal::ckks
