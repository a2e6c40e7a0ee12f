// What OpenFHE leaves open about its evaluation keys: which of their digits a level uses, and which keys a bootstrap
// needs. OpenFHE's key switching reads a key's digits without looking how many there are, and makes them all: nine of
// 30 MB each at N = 2^16, of which a ciphertext at a low level meets two.
#pragma once

#include "openfhe/exchange.h"

namespace hetal::openfhe {

using EvaluationKey = lbcrypto::EvalKey<Polynomial>;
using AutomorphismKeys = std::map<std::uint32_t, EvaluationKey>;

/// Digits of hybrid key switching that a ciphertext of that level is cut into: ceil((level + 1) / GetNumPerPartQ()).
std::size_t digits_at(const Context& context, int level);
/// Drops the digits of a key that no ciphertext of that level or below meets. SetAVector, SetBVector.
void shorten(const Context& context, const EvaluationKey& key, int level);
/// Throws MissingKey, beginning with `what`, when the key has too few digits for the level.
void require_digits(const Context& context, const EvaluationKey& key, int level, const std::string& what);

/// The keys under a tag in OpenFHE's static map, or null.
std::shared_ptr<AutomorphismKeys> automorphism_keys(const std::string& tag);
/// The Galois element of a rotation to the left.
std::uint32_t rotation_element(const Context& context, int steps);
/// 2N - 1.
std::uint32_t conjugation_element(const Context& context);

/// EvalBootstrapSetup for all slots. `baby_steps`: dim1 of both transforms, a power of two or 0 for OpenFHE's choice;
/// fewer of them are more giant steps. Of the automorphisms that a bootstrap then takes, all but the conjugation are
/// those of bootstrap_elements(). Changes static maps.
void bootstrap_setup(const Context& context, std::uint32_t encoding_budget, std::uint32_t decoding_budget,
                     std::uint32_t correction, std::uint32_t baby_steps);
/// Throws InvalidArgument before bootstrap_setup().
const std::set<std::uint32_t>& bootstrap_elements(const Context& context);
/// How much memory calls take at most, in polynomials over all primes of the context (tests/openfhe/memory_test.cpp):
/// bootstrap_setup(); the keys of a bootstrap, which are made together; any other call, of which a bootstrap takes
/// most.
std::size_t bootstrap_setup_polynomials(const Context& context, std::uint32_t encoding_budget,
                                        std::uint32_t decoding_budget);
std::size_t bootstrap_keys_polynomials(const Context& context);
constexpr std::size_t kCallPolynomials = 96;
/// For release_context().
void forget_bootstrap(const Context& context);
/// Throws MissingKey unless all keys of a bootstrap are there under the tag, in full, the relinearization key too.
void require_bootstrap_keys(const Context& context, const std::string& tag);

}  // namespace hetal::openfhe
