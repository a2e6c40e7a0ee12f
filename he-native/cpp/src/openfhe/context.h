// CKKS contexts of OpenFHE: from settings, as OpenFHE chooses its primes, or from given primes, so that it shares them
// with the engine.
#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "openfhe.h"

namespace hetal::openfhe {

using Context = lbcrypto::CryptoContext<lbcrypto::DCRTPoly>;
using Ciphertext = lbcrypto::Ciphertext<lbcrypto::DCRTPoly>;
using Polynomial = lbcrypto::DCRTPoly;
using PrivateKey = lbcrypto::PrivateKey<lbcrypto::DCRTPoly>;
using PublicKey = lbcrypto::PublicKey<lbcrypto::DCRTPoly>;

enum class Secret { kUniformTernary = 0, kSparseTernary = 1, kSparseEncapsulated = 2 };

/// What CCParams<CryptoContextCKKSRNS> takes. Levels and scales stay in the caller's hands only with FIXEDMANUAL, so
/// that is the scaling technique: every scale is 2^scaling_bits, every prime but the first near it.
struct Settings {
  std::uint32_t ring_degree = 0;  ///< 0: the least that `security_bits` allows
  std::uint32_t depth = 0;        ///< rescalings of a fresh ciphertext
  std::uint32_t scaling_bits = 0;
  std::uint32_t first_bits = 0;
  std::uint32_t digits = 0;  ///< of hybrid key switching; 0: OpenFHE's choice
  Secret secret = Secret::kUniformTernary;
  int security_bits = 0;  ///< 0 (not checked), 128, 192 or 256, classical, by OpenFHE's own table
};

/// Throws InvalidArgument for settings that OpenFHE would not name, OpenFHEException for those it refuses.
Context make_context(const Settings& settings);

/// A context over the primes q[0] .. q[L], each = 1 mod 2 ring_degree. OpenFHE chooses the special primes itself, below
/// 2^special_bits. CryptoParametersCKKSRNS::PrecomputeCRTTables, CryptoContextFactory::GetContext.
Context make_context(std::uint32_t ring_degree, const std::vector<std::uint64_t>& q, std::uint32_t scaling_bits,
                     std::uint32_t digits, std::uint32_t special_bits, Secret secret);

/// Forgets a context's keys in OpenFHE's static maps and the context itself in the factory's static list.
void release_context(const Context& context);

/// q[0] .. q[L].
std::vector<std::uint64_t> primes(const Context& context);
/// log2 of the product of all primes, special ones included.
double log_qp(const Context& context);

std::string version();

}  // namespace hetal::openfhe
