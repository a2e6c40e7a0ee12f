// Evaluation keys on disk: a directory with one file per key and a manifest, which is written last (docs/formats.md).
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
/// Throws FormatError with the line.
Manifest manifest_from_text(const std::string& text);
Manifest read_manifest(const std::string& directory);

/// The bytes of a key file. `digest` receives the digest for the manifest.
Bytes key_file(const Context& context, const KeyId& id, KeyKind kind, std::uint32_t galois, const SwitchingKey& key,
               Digest& digest);
/// The bytes of the to-sparse key, whose two limbs are those of q0 and of the first special prime.
Bytes to_sparse_file(const Context& context, const KeyId& id, const EvaluationKeys& keys, Digest& digest);
/// Size of a key file in bytes.
std::uint64_t key_file_bytes(const Parameters& parameters, KeyKind kind, int level);
/// Throws MissingKey. `use`: "relinearization", for example; `actual`: the level of the key in the bundle, -1 for none.
[[noreturn]] void missing_key(const std::string& use, int level, int actual);

/// Loads each key on first use: reads the file, checks header and digest, and expands the uniform halves from the seed,
/// on as many threads as the device has. May be used from several threads.
class KeyBundle final : public EvaluationKeys {
 public:
  /// Checks the manifest against the context, and that every file exists and has its size.
  KeyBundle(const Context& context, std::string directory, Manifest manifest);

  const KeyId& key_id() const { return manifest_.key_id; }
  const Manifest& manifest() const { return manifest_; }
  /// Bytes of all key files.
  std::uint64_t bytes() const;
  int loaded() const { return loaded_.load(); }

  const SwitchingKey* find_galois(std::uint32_t element) const override;
  /// Loads the relinearization key. Throws MissingKey unless the bundle has one for `level`.
  void require_relinearization(int level);
  /// Loads the two encapsulation keys of bootstrapping. Throws MissingKey unless the bundle has them.
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
