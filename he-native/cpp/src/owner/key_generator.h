// The data owner's side: secret keys, and all that is made from them. Never linked into the cluster's library.
#pragma once

#include <cstring>

#include <complex>
#include <vector>

#include "ckks/ciphertext.h"
#include "random/random.h"

namespace hetal::owner {

/// A uniform ternary secret and the sparse one that bootstraps pass through; wiped on destruction.
class SecretKey {
 public:
  SecretKey(const ckks::Context& context, const Seed& seed);
  /// From coefficients in {-1, 0, 1}: what a key file holds.
  SecretKey(std::vector<std::int64_t> coefficients, std::vector<std::int64_t> sparse);
  ~SecretKey();
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  const std::vector<std::int64_t>& coefficients() const { return coefficients_; }
  const std::vector<std::int64_t>& sparse() const { return sparse_; }

 private:
  std::vector<std::int64_t> coefficients_, sparse_;
};

/// A polynomial made from a secret; its memory is zeroed before the device has it back.
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

/// A vector of secret integers, zeroed when it goes.
struct SecretVector {
  std::vector<std::int64_t> values;
  explicit SecretVector(std::size_t n) : values(n) {}
  explicit SecretVector(std::vector<std::int64_t> v) : values(std::move(v)) {}
  ~SecretVector() { explicit_bzero(values.data(), values.size() * sizeof(std::int64_t)); }
  SecretVector(const SecretVector&) = delete;
  SecretVector& operator=(const SecretVector&) = delete;
};

/// Independent seeds from one: what becomes public (the uniform halves) must not reveal the errors.
Seed derived(const Seed& seed, std::uint64_t purpose);

/// What a key bundle is written from: this library's generator, or another library's that keeps the secret to itself.
class KeySource {
 public:
  virtual ~KeySource() = default;
  virtual ckks::SwitchingKey relinearization(int level) = 0;
  virtual ckks::SwitchingKey galois(std::uint32_t galois, int level) = 0;
  /// Fills the encapsulation keys: to the sparse secret at q0 and one special prime, and back at the top level.
  virtual void encapsulation(ckks::EvaluationKeys& keys) = 0;
};

/// Makes evaluation keys. Each call draws a fresh stream of the seed given. One seed serves one generator: two
/// messages under one stream of uniforms and errors would give their difference away.
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

/// (b, a) = (-a s + e, a) with the limbs of one level: whoever has it can encrypt, and nothing else.
struct PublicKey {
  int level = -1;
  ckks::RnsPoly b, a;
  Seed seed{};
  std::uint64_t stream = 0;
};
PublicKey make_public_key(const ckks::Context& context, const SecretKey& secret, const Seed& seed, int level);
/// c = v (b, a) + (e0 + m, e1) with v ternary, at a level of the key or below. Noise sqrt(N) times that of the secret
/// key's.
ckks::Ciphertext encrypt(const ckks::Context& context, const PublicKey& key, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level);

/// The seed of the uniform c1 that `encrypt` with a secret key makes of `seed`.
Seed uniform_seed(const Seed& seed);
/// Symmetric encryption: c1 uniform, c0 = -c1 s + e + m. A stream of a seed serves once.
ckks::Ciphertext encrypt(const ckks::Context& context, const SecretKey& secret, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level);
/// All N/2 slots. Two or three parts.
std::vector<std::complex<double>> decrypt(const ckks::Context& context, const SecretKey& secret,
                                          const ckks::Ciphertext& ciphertext);

}  // namespace hetal::owner
