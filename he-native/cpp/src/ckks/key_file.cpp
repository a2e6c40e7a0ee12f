#include "ckks/key_file.h"

#include "base/files.h"
#include "ckks/limb_packing.h"

namespace hetal::ckks {
namespace {

constexpr char kMagic[] = "HETALKEY";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 8 + 4 + sizeof(Digest) + sizeof(KeyId) + 4 + 4 + 4 + 4 + sizeof(Seed) + 8;

struct Header {
  KeyKind kind;
  std::uint32_t galois, level, digits;
  Seed seed;
  std::uint64_t stream;
};

void write_header(ByteWriter& out, const Context& context, const KeyId& id, const Header& header) {
  write_prefix(out, kMagic, kVersion, context.parameters(), id);
  out.u32(static_cast<std::uint32_t>(header.kind));
  out.u32(header.galois);
  out.u32(header.level);
  out.u32(header.digits);
  out.raw(header.seed.data(), header.seed.size());
  out.u64(header.stream);
}

void expect(const ByteReader& in, const char* field, std::uint32_t expected, std::uint32_t actual) {
  require<FormatError>(expected == actual, in.what(), ": ", field, ": expected ", expected, ", actual ", actual);
}

/// The limbs of the to-sparse key: q0 and the first special prime.
std::array<std::uint16_t, 2> sparse_moduli(const Context& context) {
  return {0, static_cast<std::uint16_t>(context.p_index(0))};
}

/// What one digit of a key takes.
std::size_t digit_bytes(const Parameters& p, KeyKind kind, int level) {
  return kind == KeyKind::to_sparse ? p.packed_bytes(p.q()[0]) + p.packed_bytes(p.p()[0]) : p.packed_bytes(level, true);
}

std::uint32_t digits_of(const Parameters& p, KeyKind kind, int level) {
  return kind == KeyKind::to_sparse ? 1u : static_cast<std::uint32_t>(p.digit_count(level));
}

/// The header of a key file, checked against its manifest line; the reader stands at the residues.
Header read_header(ByteReader& in, const Context& context, const KeyId& id, const KeyEntry& entry) {
  const KeyId actual = read_prefix(in, kMagic, kVersion, context.parameters());
  Header header;
  const std::uint32_t kind = in.u32("kind");
  header.kind = entry.kind;
  header.galois = in.u32("galois element");
  header.level = in.u32("level");
  header.digits = in.u32("digits");
  header.seed = in.array<sizeof(Seed)>("seed");
  header.stream = in.u64("stream");
  expect(in, "kind", static_cast<std::uint32_t>(entry.kind), kind);
  expect(in, "galois element", entry.galois, header.galois);
  expect(in, "level", static_cast<std::uint32_t>(entry.level), header.level);
  expect(in, "digits", digits_of(context.parameters(), entry.kind, entry.level), header.digits);
  const Digest digest = in.check_digest(header.digits * digit_bytes(context.parameters(), entry.kind, entry.level));
  require<FormatError>(digest == entry.digest, in.what(), ": digest: the manifest says ", hex(entry.digest),
                       ", the file ", hex(digest));
  require_key_id(in, id, actual);
  return header;
}

}  // namespace

Bytes key_file(const Context& context, const KeyId& id, KeyKind kind, std::uint32_t galois, const SwitchingKey& key,
               Digest& digest) {
  ByteWriter out;
  out.bytes().reserve(key_file_bytes(context.parameters(), kind, key.level));
  write_header(out, context, id,
               {kind, galois, static_cast<std::uint32_t>(key.level), static_cast<std::uint32_t>(key.b.size()), key.seed,
                key.stream});
  for (const RnsPoly& b : key.b) pack_limbs(context, context.view(b), out);
  digest = out.finish();
  return std::move(out.bytes());
}

Bytes to_sparse_file(const Context& context, const KeyId& id, const EvaluationKeys& keys, Digest& digest) {
  ByteWriter out;
  write_header(out, context, id, {KeyKind::to_sparse, 0, 0, 1, keys.to_sparse_seed, keys.to_sparse_stream});
  const auto moduli = sparse_moduli(context);
  pack_limbs(context, {keys.to_sparse_b.data(), moduli.data(), 2}, out);
  digest = out.finish();
  return std::move(out.bytes());
}

std::uint64_t key_file_bytes(const Parameters& p, KeyKind kind, int level) {
  return kHeaderBytes + digits_of(p, kind, level) * digit_bytes(p, kind, level) + sizeof(Digest);
}

SwitchingKey read_key_file(const Context& context, const KeyId& id, const KeyEntry& entry, const std::string& path) {
  const LoadedFile file(path, entry.bytes);
  return parse_key_file(context, id, entry, file.bytes(), path);
}

SwitchingKey parse_key_file(const Context& context, const KeyId& id, const KeyEntry& entry, ByteView bytes,
                            const std::string& what) {
  ByteReader in(bytes, what);
  const Header header = read_header(in, context, id, entry);
  SwitchingKey key;
  key.level = entry.level;
  key.seed = header.seed;
  key.stream = header.stream;
  const Basis basis{entry.level + 1, true};
  for (std::uint32_t d = 0; d < header.digits; ++d) {
    key.b.push_back(context.allocate(basis));
    const device::Limbs limbs = context.view(key.b.back());
    unpack_limbs(context, limbs, in.raw(packed_bytes(context, limbs), "residues"), in.what());
    key.a.push_back(context.allocate(basis));
    context.device().uniform(context.view(key.a.back()), header.seed, header.stream + d);
  }
  return key;
}

void read_to_sparse_file(const Context& context, const KeyId& id, const KeyEntry& entry, const std::string& path,
                         EvaluationKeys& keys) {
  const LoadedFile file(path, entry.bytes);
  parse_to_sparse_file(context, id, entry, file.bytes(), path, keys);
}

void parse_to_sparse_file(const Context& context, const KeyId& id, const KeyEntry& entry, ByteView bytes,
                          const std::string& what, EvaluationKeys& keys) {
  ByteReader in(bytes, what);
  const Header header = read_header(in, context, id, entry);
  const auto moduli = sparse_moduli(context);
  RnsPoly b = context.allocate({2, false}), a = context.allocate({2, false});
  const device::Limbs limbs{b.data(), moduli.data(), 2};
  unpack_limbs(context, limbs, in.raw(packed_bytes(context, limbs), "residues"), in.what());
  context.device().uniform({a.data(), moduli.data(), 2}, header.seed, header.stream);
  keys.to_sparse_b = std::move(b);
  keys.to_sparse_a = std::move(a);
  keys.to_sparse_seed = header.seed;
  keys.to_sparse_stream = header.stream;
}

}  // namespace hetal::ckks
