// The data owner's side: a secret key with its id, encryption, decryption, and the writer of key bundles.
#pragma once

#include <atomic>
#include <mutex>
#include <set>

#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "ckks/key_bundle.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal::owner {

/// The keys that a computation needs, each with the highest level at which it is used. If `bootstrap`, the writer adds
/// the keys of bootstrapping; for each count in `sparse_bootstraps`, those of sparse bootstraps of so many real slots.
struct KeyPlan {
  std::map<std::uint32_t, int> level_of_steps;
  int relinearization_level = -1, conjugation_level = -1;
  bool bootstrap = false;
  std::set<std::uint32_t> sparse_bootstraps;
};

class BundleWriter;

class Client {
 public:
  /// Generates a key pair. `seed` must come from the operating system, except in tests. threads = 0: one per core.
  Client(const std::string& parameter_set, int threads, const Seed& seed, bool insecure_deterministic);
  /// Reads a secret-key file. Encryption draws a new seed from the operating system.
  Client(ByteView secret_key_file, int threads);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const ckks::Context& context() const { return *context_; }
  const ckks::KeyId& key_id() const { return key_id_; }

  /// Returns a stored ciphertext whose uniform half is a seed. May be called from several threads.
  Bytes encrypt(const std::vector<std::complex<double>>& slots, int level);
  /// Returns all N/2 slots.
  std::vector<std::complex<double>> decrypt(ByteView ciphertext) const;
  void save_secret_key(const std::string& path) const;
  /// The contents of that file. The caller overwrites them.
  Bytes secret_key_file() const;
  void save_public_key(const std::string& path);
  /// Empty if the key's polynomials and seeds are in locked memory; otherwise as LockedMemory::refusal.
  const std::string& lock_refusal() const;
  /// The writer must not outlive the client.
  std::unique_ptr<BundleWriter> bundle_writer(const std::string& directory, const KeyPlan& plan);

 private:
  /// A different seed on each call. Two messages that are encrypted with one seed would reveal their difference.
  SecretSeed next_seed();
  struct Seeds {
    Seed master, encryption;
  };
  Seeds& long_lived_seeds() const { return *static_cast<Seeds*>(seed_memory_.data()); }

  std::unique_ptr<ckks::Context> context_;
  std::unique_ptr<SecretKey> secret_;
  ckks::KeyId key_id_{};
  bool insecure_deterministic_ = false;
  LockedMemory seed_memory_{sizeof(Seeds)};
  std::atomic<std::uint64_t> encryptions_{0}, seeds_{0};
};

/// Writes the keys of a bundle one by one, so that the caller can report progress, and the manifest last. May be used
/// from several threads: the keys share a generator, of which no stream may serve two keys.
class BundleWriter {
 public:
  /// Throws FileError if the directory already has a manifest.
  BundleWriter(const ckks::Context& context, std::unique_ptr<KeySource> source, const ckks::KeyId& id,
               std::string directory, const KeyPlan& plan);

  std::size_t total() const { return wanted_.size(); }
  std::size_t done() const;
  /// Generates and writes the next key. Returns the size of its file.
  std::uint64_t write_next();
  /// Writes the manifest, after all keys.
  void commit();

 private:
  struct Wanted {
    ckks::KeyKind kind;
    std::uint32_t galois;
    int level;
  };

  mutable std::mutex mutex_;
  const ckks::Context& context_;
  std::unique_ptr<KeySource> source_;
  std::string directory_;
  std::vector<Wanted> wanted_;
  ckks::EvaluationKeys encapsulation_;
  ckks::Manifest manifest_;
};

/// The contents of a public key's file.
Bytes public_key_file(const ckks::Context& context, const PublicKey& key, const ckks::KeyId& id);
struct StoredPublicKey {
  ckks::KeyId id;
  PublicKey key;
};
/// Throws FormatError for damaged bytes and for another parameter set than the context's.
StoredPublicKey read_public_key(const ckks::Context& context, ByteView file);

/// Encrypts with a public key, for parties that contribute data but do not have the secret key.
class Encryptor {
 public:
  Encryptor(ByteView public_key_file, int threads);
  const ckks::Context& context() const { return *context_; }
  const ckks::KeyId& key_id() const { return key_id_; }
  Bytes encrypt(const std::vector<std::complex<double>>& slots, int level);
  /// The sum of two stored ciphertexts of this key, at their common level and scale. Needs no key. Throws FormatError
  /// for damaged bytes, another key or parameter set, and unequal levels.
  Bytes add(ByteView a, ByteView b) const;
  /// Empty if the seed of the encryptions is in locked memory; otherwise as LockedMemory::refusal.
  const std::string& lock_refusal() const { return seed_memory_.refusal(); }

 private:
  /// Determines v, e0 and e1 of every ciphertext. With them, ciphertext and public key give the message.
  Seed& seed() const { return *static_cast<Seed*>(seed_memory_.data()); }

  std::unique_ptr<ckks::Context> context_;
  PublicKey key_;
  ckks::KeyId key_id_{};
  LockedMemory seed_memory_{sizeof(Seed)};
  std::atomic<std::uint64_t> encryptions_{0};
};

}  // namespace hetal::owner
