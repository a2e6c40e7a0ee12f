// A data owner's client for the engine in which the secret key is OpenFHE's: made, kept and used by OpenFHE's code
// alone. The engine's code sees what it makes public anyway: uniform polynomials, ciphertexts, evaluation keys.
#pragma once

#include <mutex>

#include "openfhe/secret.h"
#include "owner/client.h"

namespace hetal::openfhe {

/// Encryption is KeyGen's secret key, Encrypt and Decrypt on a context over the engine's primes; evaluation keys are
/// made in OpenFHE's polynomial arithmetic in the engine's form. OpenFHE seeds its generator from the operating system.
class EngineClient {
 public:
  /// A new key pair. threads: of the engine's transforms; 0 is one for each core.
  EngineClient(const std::string& parameter_set, int threads);
  /// `secret` takes a context and gives a secret key of it that is overwritten at its end; an existing key pair.
  EngineClient(const std::string& parameter_set, int threads, const ckks::KeyId& id,
               const std::function<PrivateKey(const Context&)>& secret);
  EngineClient(const EngineClient&) = delete;
  EngineClient& operator=(const EngineClient&) = delete;

  const ckks::Context& engine() const { return engine_; }
  const Context& openfhe() const { return openfhe_; }
  const PrivateKey& secret() const { return secret_; }
  const ckks::KeyId& key_id() const { return key_id_; }

  /// A stored ciphertext of the engine, both halves in full: OpenFHE's uniform half has no seed.
  Bytes encrypt(const std::vector<std::complex<double>>& slots, int level) const;
  std::vector<std::complex<double>> decrypt(ByteView ciphertext) const;
  std::unique_ptr<owner::BundleWriter> bundle_writer(const std::string& directory, const owner::KeyPlan& plan) const;

 private:
  ckks::Context engine_;
  Context openfhe_;
  PrivateKey secret_;
  ckks::KeyId key_id_{};
};

}  // namespace hetal::openfhe
