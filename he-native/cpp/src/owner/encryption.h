// Encryption with the secret or the public key, and decryption.
#pragma once

#include <complex>
#include <vector>

#include "ckks/ciphertext.h"
#include "owner/secret_key.h"

namespace hetal::owner {

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
