// Evaluation keys on disk: a directory with one file a key and a manifest, which is written last (docs/formats.md).
#pragma once

#include <atomic>
#include <mutex>

#include "base/files.h"
#include "ckks/formats.h"

namespace hetal::ckks {

enum class KeyKind : std::uint32_t { relinearization = 1, galois = 2, to_sparse = 3, from_sparse = 4 };

const char* name_of(KeyKind kind);

/// One line of a manifest.
struct KeyEntry {
  KeyKind kind;
  std::uint32_t galois;  ///< 0 unless kind is galois
  int level;
  std::uint64_t bytes;
  Digest digest;
  std::string file;  ///< a plain file name: letters, digits, '_', '.', '-'
};

struct Manifest {
  std::string parameter_set, parameter_hash;
  KeyId key_id;
  std::vector<KeyEntry> keys;
};

inline constexpr char kManifestFile[] = "manifest";

std::string to_text(const Manifest& manifest);
/// Throws FormatError that names the line.
Manifest manifest_from_text(const std::string& text);
Manifest read_manifest(const std::string& directory);

/// The bytes of a key file. `digest` receives what its manifest line must say.
Bytes key_file(const Context& context, const KeyId& id, KeyKind kind, std::uint32_t galois, const SwitchingKey& key,
               Digest& digest);
/// The to-sparse key has two limbs of its own: q0 and the first special prime.
Bytes to_sparse_file(const Context& context, const KeyId& id, const EvaluationKeys& keys, Digest& digest);
/// Bytes of a key file, without making one.
std::uint64_t key_file_bytes(const Parameters& parameters, KeyKind kind, int level);
/// Throws MissingKey. `use`: "relinearisation"; `actual`: the level of the key that is there, -1 for none.
[[noreturn]] void missing_key(const std::string& use, int level, int actual);

/// Keys that come into memory on first use: read, checked against header and digest, their uniform halves made from
/// the seed, on as many threads as the device has. Safe from several threads.
class KeyBundle final : public EvaluationKeys {
 public:
  /// Checks the manifest against the context and that every file is there with its size.
  KeyBundle(const Context& context, std::string directory, Manifest manifest);

  const KeyId& key_id() const { return manifest_.key_id; }
  const Manifest& manifest() const { return manifest_; }
  /// Bytes of the key files.
  std::uint64_t bytes() const;
  int loaded() const { return loaded_.load(); }

  const SwitchingKey* find_galois(std::uint32_t element) const override;
  /// Before a relinearisation at `level`: MissingKey unless the bundle has a key that long.
  void require_relinearization(int level);
  /// Before a bootstrap: MissingKey unless the bundle has the encapsulation keys.
  void require_encapsulation();

 private:
  struct Slot {
    KeyEntry entry;
    std::mutex mutex;
    bool done = false;
    SwitchingKey key;
  };

  const KeyEntry* find(KeyKind kind) const;
  SwitchingKey load(const KeyEntry& entry) const;
  void load_to_sparse(const KeyEntry& entry);

  const Context& context_;
  std::string directory_;
  Manifest manifest_;
  mutable std::map<std::uint32_t, Slot> slots_;
  std::mutex mutex_;
  mutable std::atomic<int> loaded_{0};
};

}  // namespace hetal::ckks
