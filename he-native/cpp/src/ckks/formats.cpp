#include "ckks/formats.h"

#include "ckks/limb_packing.h"

namespace hetal::ckks {
namespace {

constexpr char kMagic[] = "HETALCTX";
constexpr std::uint32_t kVersion = 1, kSeededFlag = 1;
constexpr std::size_t kMagicBytes = 8;

int digit_of(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/// Reads two digits per byte. False if the text is anything else.
bool from_hex(const std::string& text, std::uint8_t* out, std::size_t bytes) {
  if (text.size() != 2 * bytes) return false;
  for (std::size_t i = 0; i < bytes; ++i) {
    const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

Digest hash_of(const Parameters& parameters) {
  Digest out;
  require<InvalidArgument>(from_hex(parameters.hash(), out.data(), out.size()), "parameter hash: expected 64 digits");
  return out;
}

device::Limbs shape_of(const Context& context, int level) { return context.view(nullptr, {level + 1, false}); }

}  // namespace

std::string hex(const KeyId& id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::uint8_t byte : id) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

KeyId key_id_from_hex(const std::string& text) {
  KeyId out;
  require<FormatError>(from_hex(text, out.data(), out.size()), "key id: expected 32 hexadecimal digits, actual ",
                       text.size(), " characters");
  return out;
}

void write_prefix(ByteWriter& out, const char* magic, std::uint32_t version, const Parameters& parameters,
                  const KeyId& id) {
  out.raw(magic, kMagicBytes);
  out.u32(version);
  const Digest hash = hash_of(parameters);
  out.raw(hash.data(), hash.size());
  out.raw(id.data(), id.size());
}

KeyId read_prefix(ByteReader& in, const char* magic, std::uint32_t version, const Parameters& parameters) {
  require<FormatError>(std::memcmp(in.raw(kMagicBytes, "magic"), magic, kMagicBytes) == 0, in.what(),
                       ": magic: expected ", magic);
  const std::uint32_t actual = in.u32("version");
  require<FormatError>(actual == version, in.what(), ": version: expected ", version, ", actual ", actual);
  const Digest expected = hash_of(parameters), hash = in.array<sizeof(Digest)>("parameter hash");
  require<FormatError>(hash == expected, in.what(), ": parameters: expected ", parameters.name(), " (", hex(expected),
                       "), actual hash ", hex(hash));
  return in.array<sizeof(KeyId)>("key id");
}

void require_key_id(const ByteReader& in, const KeyId& expected, const KeyId& actual) {
  require<FormatError>(expected == actual, in.what(), ": key id: expected ", hex(expected), ", actual ", hex(actual));
}

std::size_t ciphertext_bytes(const Context& context, int level, bool seeded) {
  constexpr std::size_t kHeader = kMagicBytes + 4 + sizeof(Digest) + sizeof(KeyId) + 4 + 4 + sizeof(Seed) + 8;
  return kHeader + packed_bytes(context, shape_of(context, level)) * (seeded ? 1 : 2) + sizeof(Digest);
}

Bytes serialize(const Context& context, const Ciphertext& a, const KeyId& id, const std::optional<Seeded>& seeded) {
  require<InvalidArgument>(a.parts.size() == 2, "serialize: expected two parts, actual ", a.parts.size());
  require<ScaleError>(a.scale == context.parameters().scale(a.level),
                      "serialize: expected the canonical scale of level ", a.level);
  ByteWriter out;
  out.bytes().reserve(ciphertext_bytes(context, a.level, seeded.has_value()));
  write_prefix(out, kMagic, kVersion, context.parameters(), id);
  out.u32(seeded ? kSeededFlag : 0);
  out.u32(static_cast<std::uint32_t>(a.level));
  const Seeded none{};
  out.raw((seeded ? *seeded : none).seed.data(), sizeof(Seed));
  out.u64((seeded ? *seeded : none).stream);
  for (std::size_t i = 0; i < (seeded ? 1u : 2u); ++i) {
    pack_limbs(context, context.view(a.parts[i].data(), {a.level + 1, false}), out);
  }
  out.finish();
  return std::move(out.bytes());
}

Ciphertext deserialize(const Context& context, ByteView bytes, const KeyId& id) {
  ByteReader in(bytes, "ciphertext");
  const KeyId actual = read_prefix(in, kMagic, kVersion, context.parameters());
  const std::uint32_t flags = in.u32("flags"), level = in.u32("level");
  require<FormatError>(flags <= kSeededFlag, "ciphertext: flags: expected 0 or 1, actual ", flags);
  const int highest = context.parameters().bootstrap_output_level();
  require<FormatError>(level <= static_cast<std::uint32_t>(highest), "ciphertext: level: expected 0 to ", highest,
                       ", actual ", level);
  const bool seeded = flags == kSeededFlag;
  Seeded uniform;
  uniform.seed = in.array<sizeof(Seed)>("seed");
  uniform.stream = in.u64("stream");
  require<FormatError>(seeded || (uniform.seed == Seed{} && uniform.stream == 0), "ciphertext: seed: expected none");
  const std::size_t part_bytes = packed_bytes(context, shape_of(context, static_cast<int>(level)));
  in.check_digest(seeded ? part_bytes : 2 * part_bytes);
  require_key_id(in, id, actual);

  Ciphertext out{{}, static_cast<int>(level), context.parameters().scale(static_cast<int>(level))};
  for (std::size_t i = 0; i < 2; ++i) {
    out.parts.push_back(context.allocate({out.level + 1, false}));
    const device::Limbs limbs = context.view(out.parts.back());
    if (i == 1 && seeded) {
      context.device().uniform(limbs, uniform.seed, uniform.stream);
    } else {
      unpack_limbs(context, limbs, in.raw(part_bytes, "residues"), in.what());
    }
  }
  return out;
}

}  // namespace hetal::ckks
