// Evaluation keys on disk: a directory with one file per key and a manifest, which is written last (docs/formats.md).
#pragma once

#include <atomic>
#include <mutex>

#include "ckks/evaluation_keys.h"
#include "ckks/key_manifest.h"

namespace hetal::ckks {

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
  /// The level of the key for an element, which is not loaded; -1 if there is none.
  int galois_level(std::uint32_t element) const;
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

  const Context& context_;
  std::string directory_;
  Manifest manifest_;
  mutable std::map<std::uint32_t, Slot> slots_;
  std::mutex mutex_;
  mutable std::atomic<int> loaded_{0};
};

}  // namespace hetal::ckks
