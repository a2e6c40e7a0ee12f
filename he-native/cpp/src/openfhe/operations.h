// The operations of the evaluator contract on OpenFHE's ciphertexts. Level: limbs - 1, the rescalings left (OpenFHE
// counts from the other end). Unequal levels and scale degrees throw LevelError and ScaleError, where OpenFHE would
// repair them; a missing key throws MissingKey with the step.
#pragma once

#include <span>

#include "openfhe/exchange.h"

namespace hetal::openfhe {

int level(const Ciphertext& a);
int level(const lbcrypto::Plaintext& a);
int scale_degree(const Ciphertext& a);
int parts(const Ciphertext& a);

Ciphertext add(const Context& context, const Ciphertext& a, const Ciphertext& b);
Ciphertext sub(const Context& context, const Ciphertext& a, const Ciphertext& b);
Ciphertext add(const Context& context, const Ciphertext& a, const lbcrypto::Plaintext& b);
Ciphertext sub(const Context& context, const Ciphertext& a, const lbcrypto::Plaintext& b);
Ciphertext add(const Context& context, const Ciphertext& a, double constant);
Ciphertext negate(const Context& context, const Ciphertext& a);
Ciphertext multiply_integer(const Context& context, const Ciphertext& a, int factor);
Ciphertext multiply_by_i(const Context& context, const Ciphertext& a);

/// Throws unless the two may be multiplied and the product relinearized.
void require_product(const Context& context, const Ciphertext& a, const Ciphertext& b);
/// Throws MissingKey unless the key of that rotation is there, long enough for the ciphertext's level.
void require_rotation(const Context& context, const Ciphertext& a, int steps);

/// The sum of a[i] * b[i], three parts.
Ciphertext multiply_sum(const Context& context, std::span<const Ciphertext> a, std::span<const Ciphertext> b);
Ciphertext multiply_sum(const Context& context, std::span<const Ciphertext> a, std::span<const lbcrypto::Plaintext> b);
Ciphertext multiply(const Context& context, const Ciphertext& a, double constant);
Ciphertext relinearize(const Context& context, const Ciphertext& a);
Ciphertext rescale(const Context& context, const Ciphertext& a);
Ciphertext drop_to_level(const Context& context, const Ciphertext& a, int level);

/// To the left; one decomposition for all steps (EvalFastRotation), spread over `threads` threads.
std::vector<Ciphertext> rotate_all(const Context& context, const Ciphertext& a, std::span<const int> steps,
                                   int threads);
Ciphertext conjugate(const Context& context, const Ciphertext& a);
/// sum_k coefficients[k] T_k on [low, high], with all of coefficients[0]. EvalChebyshevSeries.
Ciphertext chebyshev(const Context& context, const Ciphertext& a, std::vector<double> coefficients, double low,
                     double high);
/// sum_i weights[i] a[i], rescaled: EvalLinearWSum.
Ciphertext weighted_sum(const Context& context, std::span<const Ciphertext> a, const std::vector<double>& weights);

/// Rescalings that EvalBootstrap takes from the depth.
int bootstrap_depth(std::uint32_t encoding_budget, std::uint32_t decoding_budget, Secret secret);
/// EvalBootstrap, then the rescaling that it leaves to the caller. Complex slots; input level at least 1.
Ciphertext bootstrap(const Context& context, const Ciphertext& a);

Ciphertext zero(const Context& context, const std::string& key_tag, int level);

}  // namespace hetal::openfhe
