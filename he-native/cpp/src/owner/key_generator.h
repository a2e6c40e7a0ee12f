// The generation of evaluation keys.
#pragma once

#include "ckks/evaluation_keys.h"
#include "owner/secret_key.h"

namespace hetal::owner {

/// Generates the keys of a bundle. Implemented here, and for a secret key that only another library holds.
class KeySource {
 public:
  virtual ~KeySource() = default;
  virtual ckks::SwitchingKey relinearization(int level) = 0;
  virtual ckks::SwitchingKey galois(std::uint32_t galois, int level) = 0;
  /// Fills the encapsulation keys of bootstrapping (ckks::EvaluationKeys).
  virtual void encapsulation(ckks::EvaluationKeys& keys) = 0;
};

/// Generates evaluation keys. Each call uses a new stream of the seed. A seed must be used for one generator only: two
/// messages under one stream of uniforms and errors would reveal their difference.
class KeyGenerator final : public KeySource {
 public:
  KeyGenerator(const ckks::Context& context, const SecretKey& secret, const Seed& seed);
  KeyGenerator(const KeyGenerator&) = delete;
  KeyGenerator& operator=(const KeyGenerator&) = delete;

  ckks::SwitchingKey relinearization(int level) override;
  ckks::SwitchingKey galois(std::uint32_t galois, int level) override;
  void encapsulation(ckks::EvaluationKeys& keys) override;

 private:
  ckks::RnsPoly extended(std::span<const std::int64_t> coefficients, int level) const;
  ckks::SwitchingKey switching(const SecretPoly& from, const SecretPoly& to, int level);

  const ckks::Context& context_;
  const SecretKey& secret_;
  Seed uniform_seed_;
  SecretSeed error_seed_;
  std::uint64_t stream_ = 0;
};

}  // namespace hetal::owner
