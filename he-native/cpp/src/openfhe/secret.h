// What needs a secret key. Compiled into the client's library and the tests, never into the cluster's.
#pragma once

#include <span>

#include "openfhe/exchange.h"

namespace hetal::openfhe {

/// Slots of a ciphertext of scale degree 1 and any scale: CryptoContext::Decrypt, corrected by the ratio of the scales.
std::vector<std::complex<double>> decrypt(const Context& context, const PrivateKey& secret,
                                          const Ciphertext& ciphertext, double scale);

/// Overwrites the secret polynomial of a key, which must not be used afterwards. OpenFHE itself frees it as it is.
void wipe(const PrivateKey& secret);
/// The same key, which is overwritten when the last holder of what is returned lets go of it.
PrivateKey wiped_at_end(PrivateKey secret);
/// Overwrites a polynomial.
void wipe(const lbcrypto::NativePoly& polynomial);
void wipe(const Polynomial& polynomial);

/// A polynomial that is overwritten at its end.
template <typename Kind>
struct Wiped {
  Kind value;
  explicit Wiped(Kind of) : value(std::move(of)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(value); }
};

/// The ternary coefficients of a secret key, and a key made of them, which is overwritten at its end.
std::vector<std::int64_t> secret_coefficients(const PrivateKey& secret);
PrivateKey secret_from_coefficients(const Context& context, std::span<const std::int64_t> coefficients,
                                    const std::string& key_tag);

}  // namespace hetal::openfhe
