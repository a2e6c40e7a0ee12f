// The data owner's side: secret keys, and all that is made from them. Never linked into the cluster's library.
#pragma once

#include <complex>
#include <vector>

#include "ckks/ciphertext.h"
#include "random/random.h"

namespace hetal::owner {

/// A uniform ternary secret and the sparse one that bootstraps pass through; wiped on destruction.
class SecretKey {
 public:
  SecretKey(const ckks::Context& context, const Seed& seed);
  ~SecretKey();
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  const std::vector<std::int64_t>& coefficients() const { return coefficients_; }
  const std::vector<std::int64_t>& sparse() const { return sparse_; }

 private:
  std::vector<std::int64_t> coefficients_, sparse_;
};

/// Makes evaluation keys. Each call draws a fresh stream of the seed given.
class KeyGenerator {
 public:
  KeyGenerator(const ckks::Context& context, const SecretKey& secret, const Seed& seed);
  ~KeyGenerator();
  KeyGenerator(const KeyGenerator&) = delete;
  KeyGenerator& operator=(const KeyGenerator&) = delete;

  ckks::SwitchingKey relinearization(int level);
  ckks::SwitchingKey galois(std::uint32_t galois, int level);
  /// Fills the encapsulation keys: to the sparse secret at q0 and one special prime, and back at the top level.
  void encapsulation(ckks::EvaluationKeys& keys);

 private:
  ckks::RnsPoly extended(const std::vector<std::int64_t>& coefficients, int level) const;
  ckks::SwitchingKey switching(const ckks::RnsPoly& from, const ckks::RnsPoly& to, int level);

  const ckks::Context& context_;
  const SecretKey& secret_;
  Seed uniform_seed_, error_seed_;
  std::uint64_t stream_ = 0;
};

/// Symmetric encryption: c1 uniform, c0 = -c1 s + e + m.
ckks::Ciphertext encrypt(const ckks::Context& context, const SecretKey& secret, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level);
/// All N/2 slots. Two or three parts.
std::vector<std::complex<double>> decrypt(const ckks::Context& context, const SecretKey& secret,
                                          const ckks::Ciphertext& ciphertext);

}  // namespace hetal::owner
