// What the data owner's program holds: a secret key with its name, encryption, decryption, and the writer of key
// bundles.
#pragma once

#include <atomic>

#include "bootstrap/bootstrapper.h"
#include "ckks/key_bundle.h"
#include "owner/key_generator.h"

namespace hetal::owner {

/// Keys that a computation needs, each with the highest level of its use; bootstrapping's own are added by the writer.
struct KeyPlan {
  std::map<std::uint32_t, int> level_of_steps;
  int relinearization_level = -1, conjugation_level = -1;
  bool bootstrap = false;
};

class BundleWriter;

class Client {
 public:
  /// A new key pair; `seed` comes from the operating system unless the caller is a test. threads = 0: one for each
  /// core.
  Client(const std::string& parameter_set, int threads, const Seed& seed, bool insecure_deterministic);
  /// From the bytes of a secret-key file. Encryption draws a fresh seed from the operating system.
  Client(ByteView secret_key_file, int threads);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const ckks::Context& context() const { return *context_; }
  const ckks::KeyId& key_id() const { return key_id_; }

  /// A stored ciphertext, its uniform half as a seed. Safe from several threads.
  Bytes encrypt(const std::vector<std::complex<double>>& slots, int level);
  /// All N/2 slots.
  std::vector<std::complex<double>> decrypt(ByteView ciphertext) const;
  void save_secret_key(const std::string& path) const;
  void save_public_key(const std::string& path);
  /// The writer must not outlive the client.
  std::unique_ptr<BundleWriter> bundle_writer(const std::string& directory, const KeyPlan& plan);

 private:
  /// Never the same twice for one client: two uses of a seed with different messages would reveal their difference.
  Seed next_seed();

  std::unique_ptr<ckks::Context> context_;
  std::unique_ptr<SecretKey> secret_;
  ckks::KeyId key_id_{};
  bool insecure_deterministic_ = false;
  Seed master_{}, encryption_seed_{};
  std::atomic<std::uint64_t> encryptions_{0}, seeds_{0};
};

/// Writes a bundle key by key, so that a caller can report progress, and the manifest last.
class BundleWriter {
 public:
  /// FileError when the directory has a manifest already.
  BundleWriter(const ckks::Context& context, std::unique_ptr<KeySource> source, const ckks::KeyId& id,
               std::string directory, const KeyPlan& plan);

  std::size_t total() const { return wanted_.size(); }
  std::size_t done() const { return manifest_.keys.size(); }
  /// Generates and writes one key; its bytes.
  std::uint64_t write_next();
  /// After all keys.
  void commit();

 private:
  struct Wanted {
    ckks::KeyKind kind;
    std::uint32_t galois;
    int level;
  };

  const ckks::Context& context_;
  std::unique_ptr<KeySource> source_;
  std::string directory_;
  std::vector<Wanted> wanted_;
  ckks::EvaluationKeys encapsulation_;
  ckks::Manifest manifest_;
};

/// Encrypts with a public key alone: for those who bring data but do not hold the secret.
class Encryptor {
 public:
  Encryptor(ByteView public_key_file, int threads);
  const ckks::Context& context() const { return *context_; }
  const ckks::KeyId& key_id() const { return key_id_; }
  Bytes encrypt(const std::vector<std::complex<double>>& slots, int level);

 private:
  std::unique_ptr<ckks::Context> context_;
  PublicKey key_;
  ckks::KeyId key_id_{};
  Seed seed_;
  std::atomic<std::uint64_t> encryptions_{0};
};

}  // namespace hetal::owner
