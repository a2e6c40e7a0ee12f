#include "ckks/key_bundle.h"

#include <algorithm>
#include <sstream>

#include "ckks/limb_packing.h"

namespace hetal::ckks {
namespace {

constexpr char kMagic[] = "HETALKEY";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kManifestLimit = 1 << 20;
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

KeyKind kind_from(const std::string& name, std::size_t line) {
  for (KeyKind kind : {KeyKind::relinearization, KeyKind::galois, KeyKind::to_sparse, KeyKind::from_sparse}) {
    if (name == name_of(kind)) return kind;
  }
  throw FormatError(message("manifest line ", line, ": unknown kind of key"));
}

bool plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
             std::string::npos;
}

Digest digest_from(const std::string& text, std::size_t line) {
  require<FormatError>(text.size() == 64, "manifest line ", line, ": digest: expected 64 digits, actual ", text.size());
  Digest out;
  const KeyId low = key_id_from_hex(text.substr(0, 32)), high = key_id_from_hex(text.substr(32));
  std::copy(low.begin(), low.end(), out.begin());
  std::copy(high.begin(), high.end(), out.begin() + 16);
  return out;
}

std::string digest_of(const std::string& text) {
  Sha256 sha;
  sha.update(text.data(), text.size());
  return hex(sha.finish());
}

}  // namespace

void missing_key(const std::string& use, int level, int actual) {
  throw MissingKey(message("expected a key for ", use, " at level ", level, ", actual ",
                           actual < 0 ? std::string("none") : message("one up to level ", actual)));
}

const char* name_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::relinearization:
      return "relinearization";
    case KeyKind::galois:
      return "galois";
    case KeyKind::to_sparse:
      return "to_sparse";
    default:
      return "from_sparse";
  }
}

std::string to_text(const Manifest& manifest) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);  // otherwise the text would be cut silently when memory runs out
  out << "hetal-keys 1\nparameters " << manifest.parameter_set << ' ' << manifest.parameter_hash << "\nkey-id "
      << hex(manifest.key_id) << '\n';
  for (const KeyEntry& key : manifest.keys) {
    out << "key " << name_of(key.kind) << ' ' << key.galois << ' ' << key.level << ' ' << key.bytes << ' '
        << hex(key.digest) << ' ' << key.file << '\n';
  }
  return out.str() + "digest " + digest_of(out.str()) + "\n";
}

Manifest manifest_from_text(const std::string& text) {
  const std::size_t last = text.rfind("digest ");
  require<FormatError>(last != std::string::npos && (last == 0 || text[last - 1] == '\n'),
                       "manifest: truncated: expected a last line with the digest");
  require<FormatError>(text.substr(last) == "digest " + digest_of(text.substr(0, last)) + "\n",
                       "manifest: digest: the text was changed or damaged");
  std::istringstream lines(text.substr(0, last));
  lines.exceptions(std::ios::badbit);  // otherwise too little memory would look like a wrong manifest
  Manifest out;
  std::string line, word, id;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream in(line);
    in.exceptions(std::ios::badbit);
    std::string rest;
    bool good = false;
    if (number == 1) {
      require<FormatError>(line == "hetal-keys 1", "manifest: version: expected hetal-keys 1");
      good = true;
    } else if (number == 2) {
      good = (in >> word >> out.parameter_set >> out.parameter_hash) && word == "parameters";
    } else if (number == 3) {
      good = (in >> word >> id) && word == "key-id";
      if (good) out.key_id = key_id_from_hex(id);
    } else {
      KeyEntry key;
      std::string kind, digest;
      good = (in >> word >> kind >> key.galois >> key.level >> key.bytes >> digest >> key.file) && word == "key";
      if (good) {
        key.kind = kind_from(kind, number);
        key.digest = digest_from(digest, number);
        require<FormatError>(plain_name(key.file), "manifest line ", number, ": expected a plain file name");
        out.keys.push_back(std::move(key));
      }
    }
    const bool complete = good && (number == 1 || !(in >> rest));
    require<FormatError>(complete, "manifest line ", number, ": not understood");
  }
  require<FormatError>(id.size() == 32, "manifest: truncated: expected three lines or more");
  return out;
}

Manifest read_manifest(const std::string& directory) {
  const std::string path = directory + "/" + kManifestFile;
  require<FileError>(file_exists(path), "no key bundle in ", directory, ": ", path,
                     " is missing (it is written last: the bundle may be unfinished)");
  const Bytes bytes = read_file(path, kManifestLimit);
  return manifest_from_text(std::string(bytes.begin(), bytes.end()));
}

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

KeyBundle::KeyBundle(const Context& context, std::string directory, Manifest manifest)
    : context_(context), directory_(std::move(directory)), manifest_(std::move(manifest)) {
  const Parameters& p = context.parameters();
  require<FormatError>(manifest_.parameter_hash == p.hash(), directory_, ": parameters: expected ", p.name(), " (",
                       p.hash(), "), actual ", manifest_.parameter_set, " (", manifest_.parameter_hash, ")");
  for (const KeyEntry& key : manifest_.keys) {
    const std::string path = directory_ + "/" + key.file;
    require<FormatError>(key.level >= 0 && key.level <= p.top_level(), path, ": level: expected 0 to ", p.top_level(),
                         ", actual ", key.level);
    require<FormatError>(
        key.kind == KeyKind::galois ? key.galois % 2 == 1 && key.galois < 2 * context.n() : key.galois == 0, path,
        ": galois element: actual ", key.galois);
    const std::uint64_t expected = key_file_bytes(p, key.kind, key.level);
    require<FormatError>(key.bytes == expected, path, ": expected ", expected, " bytes, the manifest says ", key.bytes);
    require<FileError>(file_exists(path), "the key file ", path, " of the manifest is missing");
    require<FormatError>(file_size(path) == expected, path, ": expected ", expected, " bytes, actual ",
                         file_size(path));
    if (key.kind == KeyKind::galois) slots_[key.galois].entry = key;
  }
}

std::uint64_t KeyBundle::bytes() const {
  std::uint64_t sum = 0;
  for (const KeyEntry& key : manifest_.keys) sum += key.bytes;
  return sum;
}

const SwitchingKey* KeyBundle::find_galois(std::uint32_t element) const {
  const auto at = slots_.find(element);
  if (at == slots_.end()) return nullptr;
  Slot& slot = at->second;
  std::lock_guard lock(slot.mutex);
  if (!slot.done) {
    slot.key = load(slot.entry);
    slot.done = true;
  }
  return &slot.key;
}

const KeyEntry* KeyBundle::find(KeyKind kind) const {
  const auto at =
      std::find_if(manifest_.keys.begin(), manifest_.keys.end(), [&](const auto& k) { return k.kind == kind; });
  return at == manifest_.keys.end() ? nullptr : &*at;
}

void KeyBundle::require_relinearization(int level) {
  const KeyEntry* const entry = find(KeyKind::relinearization);
  if (entry == nullptr || entry->level < level)
    missing_key("relinearisation", level, entry == nullptr ? -1 : entry->level);
  std::lock_guard lock(mutex_);
  if (relinearization.level < 0) relinearization = load(*entry);
}

void KeyBundle::require_encapsulation() {
  const KeyEntry *const to = find(KeyKind::to_sparse), *const from = find(KeyKind::from_sparse);
  require<MissingKey>(to != nullptr && from != nullptr, "expected the keys of bootstrapping, actual none");
  std::lock_guard lock(mutex_);
  if (to_sparse_a.data() == nullptr) load_to_sparse(*to);
  if (from_sparse.level < 0) from_sparse = load(*from);
}

SwitchingKey KeyBundle::load(const KeyEntry& entry) const {
  const std::string path = directory_ + "/" + entry.file;
  const LoadedFile file(path, entry.bytes);
  ByteReader in(file.bytes(), path);
  const Header header = read_header(in, context_, manifest_.key_id, entry);
  SwitchingKey key;
  key.level = entry.level;
  key.seed = header.seed;
  key.stream = header.stream;
  const Basis basis{entry.level + 1, true};
  for (std::uint32_t d = 0; d < header.digits; ++d) {
    key.b.push_back(context_.allocate(basis));
    const device::Limbs limbs = context_.view(key.b.back());
    unpack_limbs(context_, limbs, in.raw(packed_bytes(context_, limbs), "residues"), in.what());
    key.a.push_back(context_.allocate(basis));
    context_.device().uniform(context_.view(key.a.back()), header.seed, header.stream + d);
  }
  ++loaded_;
  return key;
}

void KeyBundle::load_to_sparse(const KeyEntry& entry) {
  const std::string path = directory_ + "/" + entry.file;
  const LoadedFile file(path, entry.bytes);
  ByteReader in(file.bytes(), path);
  const Header header = read_header(in, context_, manifest_.key_id, entry);
  const auto moduli = sparse_moduli(context_);
  RnsPoly b = context_.allocate({2, false}), a = context_.allocate({2, false});
  const device::Limbs limbs{b.data(), moduli.data(), 2};
  unpack_limbs(context_, limbs, in.raw(packed_bytes(context_, limbs), "residues"), in.what());
  context_.device().uniform({a.data(), moduli.data(), 2}, header.seed, header.stream);
  to_sparse_b = std::move(b);
  to_sparse_a = std::move(a);
  ++loaded_;
}

}  // namespace hetal::ckks
