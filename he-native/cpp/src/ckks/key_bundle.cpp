#include "ckks/key_bundle.h"

#include <algorithm>

#include "base/files.h"
#include "ckks/key_file.h"

namespace hetal::ckks {

void missing_key(const std::string& use, int level, int actual) {
  throw MissingKey(message("expected a key for ", use, " at level ", level, ", actual ",
                           actual < 0 ? std::string("none") : message("one up to level ", actual)));
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

int KeyBundle::galois_level(std::uint32_t element) const {
  const auto at = slots_.find(element);
  return at == slots_.end() ? -1 : at->second.entry.level;
}

const KeyEntry* KeyBundle::find(KeyKind kind) const {
  const auto at =
      std::find_if(manifest_.keys.begin(), manifest_.keys.end(), [&](const auto& k) { return k.kind == kind; });
  return at == manifest_.keys.end() ? nullptr : &*at;
}

void KeyBundle::require_relinearization(int level) {
  const KeyEntry* const entry = find(KeyKind::relinearization);
  if (entry == nullptr || entry->level < level)
    missing_key("relinearization", level, entry == nullptr ? -1 : entry->level);
  std::lock_guard lock(mutex_);
  if (relinearization.level < 0) relinearization = load(*entry);
}

void KeyBundle::require_encapsulation() {
  const KeyEntry *const to = find(KeyKind::to_sparse), *const from = find(KeyKind::from_sparse);
  require<MissingKey>(to != nullptr && from != nullptr, "expected the keys of bootstrapping, actual none");
  std::lock_guard lock(mutex_);
  if (to_sparse_a.data() == nullptr) {
    read_to_sparse_file(context_, manifest_.key_id, *to, directory_ + "/" + to->file, *this);
    ++loaded_;
  }
  if (from_sparse.level < 0) from_sparse = load(*from);
}

SwitchingKey KeyBundle::load(const KeyEntry& entry) const {
  SwitchingKey key = read_key_file(context_, manifest_.key_id, entry, directory_ + "/" + entry.file);
  ++loaded_;
  return key;
}

}  // namespace hetal::ckks
