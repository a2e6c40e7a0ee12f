// Secret keys and everything that is computed from them. This code is never linked into the cluster's library.
#pragma once

#include <cstring>

#include <complex>
#include <vector>

#include "ckks/ciphertext.h"
#include "random/random.h"

namespace hetal::owner {

/// A uniform ternary secret, and the sparse secret that bootstraps use. Both are wiped on destruction.
class SecretKey {
 public:
  SecretKey(const ckks::Context& context, const Seed& seed);
  /// From coefficients in {-1, 0, 1}, as in a key file.
  SecretKey(std::vector<std::int64_t> coefficients, std::vector<std::int64_t> sparse);
  ~SecretKey();
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  const std::vector<std::int64_t>& coefficients() const { return coefficients_; }
  const std::vector<std::int64_t>& sparse() const { return sparse_; }

 private:
  std::vector<std::int64_t> coefficients_, sparse_;
};

/// A polynomial that is computed from a secret. Its memory is zeroed before it returns to the device's pool.
class SecretPoly {
 public:
  SecretPoly(const ckks::Context& context, ckks::RnsPoly poly) : context_(context), poly_(std::move(poly)) {}
  ~SecretPoly() {
    context_.device().zero(poly_.data(), static_cast<std::size_t>(context_.limbs(poly_.basis())) * context_.n());
  }
  SecretPoly(const SecretPoly&) = delete;
  SecretPoly& operator=(const SecretPoly&) = delete;
  Word* data() const { return poly_.data(); }
  ckks::Basis basis() const { return poly_.basis(); }
  const ckks::RnsPoly& poly() const { return poly_; }

 private:
  const ckks::Context& context_;
  ckks::RnsPoly poly_;
};

/// A vector of secret integers, zeroed on destruction.
struct SecretVector {
  std::vector<std::int64_t> values;
  explicit SecretVector(std::size_t n) : values(n) {}
  explicit SecretVector(std::vector<std::int64_t> v) : values(std::move(v)) {}
  ~SecretVector() { explicit_bzero(values.data(), values.size() * sizeof(std::int64_t)); }
  SecretVector(const SecretVector&) = delete;
  SecretVector& operator=(const SecretVector&) = delete;
};

/// Derives independent seeds from one. The seed of the uniform halves becomes public and must not reveal the errors.
Seed derived(const Seed& seed, std::uint64_t purpose);

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
  ~KeyGenerator() override;
  KeyGenerator(const KeyGenerator&) = delete;
  KeyGenerator& operator=(const KeyGenerator&) = delete;

  ckks::SwitchingKey relinearization(int level) override;
  ckks::SwitchingKey galois(std::uint32_t galois, int level) override;
  void encapsulation(ckks::EvaluationKeys& keys) override;

 private:
  ckks::RnsPoly extended(const std::vector<std::int64_t>& coefficients, int level) const;
  ckks::SwitchingKey switching(const SecretPoly& from, const SecretPoly& to, int level);

  const ckks::Context& context_;
  const SecretKey& secret_;
  Seed uniform_seed_, error_seed_;
  std::uint64_t stream_ = 0;
};

/// (b, a) = (-a s + e, a) with the limbs of one level. Encrypts.
struct PublicKey {
  int level = -1;
  ckks::RnsPoly b, a;
  Seed seed{};
  std::uint64_t stream = 0;
};
PublicKey make_public_key(const ckks::Context& context, const SecretKey& secret, const Seed& seed, int level);
/// c = v (b, a) + (e0 + m, e1) with v ternary, at the level of the key or below. The noise is sqrt(N) times that of an
/// encryption with the secret key.
ckks::Ciphertext encrypt(const ckks::Context& context, const PublicKey& key, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level);

/// The seed from which `encrypt` with a secret key and `seed` expands the uniform c1.
Seed uniform_seed(const Seed& seed);
/// Encryption with the secret key: c1 uniform, c0 = -c1 s + e + m. A stream of a seed must be used once only.
ckks::Ciphertext encrypt(const ckks::Context& context, const SecretKey& secret, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level);
/// Returns all N/2 slots. The ciphertext has two or three parts.
std::vector<std::complex<double>> decrypt(const ckks::Context& context, const SecretKey& secret,
                                          const ckks::Ciphertext& ciphertext);

}  // namespace hetal::owner
