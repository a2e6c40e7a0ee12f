#include "openfhe/security.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "ckks/parameters.h"

namespace hetal::openfhe {
namespace {

/// The key to a new sparse secret, where OpenFHE's bootstrap looks for it. No other key of a bootstrap.
AutomorphismKeys key_to_sparse(const Context& context) {
  const auto sparse = std::make_shared<lbcrypto::PrivateKeyImpl<Polynomial>>(context);
  sparse->SetPrivateElement(
      Polynomial(Polynomial::TugType{}, context->GetElementParams(), Format::EVALUATION, ckks::kSparseWeight));
  const auto key = lbcrypto::FHECKKSRNS::KeySwitchGenSparse(context->KeyGen().secretKey, sparse);
  return {{2 * context->GetRingDimension() - 4, key}};
}

TEST(OpenFheSecurity, ModulusOfTheSparseSecretIsThatOfTheKeyToIt) {
  const std::vector<std::uint32_t> budget{2, 2};
  const Context context =
      make_context({.ring_degree = 1 << 10,
                    .depth = lbcrypto::FHECKKSRNS::GetBootstrapDepth(budget, lbcrypto::SPARSE_ENCAPSULATED) + 1,
                    .scaling_bits = 59,
                    .first_bits = 60,
                    .secret = Secret::kSparseEncapsulated});
  context->EvalBootstrapSetup(budget, {0, 0}, 512);
  const auto made = context->GetScheme()->EvalBootstrapKeyGen(context->KeyGen().secretKey, 512);
  // q0 of 60 bits and special primes of 60 or, since OpenFHE 1.5, of 66 bits.
  const double log_q = log_sparse_q(context, *made);
  EXPECT_GE(log_q, 119);
  EXPECT_LE(log_q, 126);
  EXPECT_NEAR(log_sparse_q(context, key_to_sparse(context)), log_q, 0.1);
  EXPECT_THROW(log_sparse_q(context, {}), MissingKey);
  EXPECT_NO_THROW(require_secure_bootstrap(context, *made));  // a context without security says so
  release_context(context);
}

TEST(OpenFheSecurity, BootstrapWhoseSparseSecretIsWeakIsRefused) {
  for (const auto& [log_degree, secure] : {std::pair{15, false}, {16, true}, {17, true}}) {
    const Context context = make_context({.ring_degree = 1u << log_degree,
                                          .depth = 1,
                                          .scaling_bits = 59,
                                          .first_bits = 60,
                                          .secret = Secret::kSparseEncapsulated,
                                          .security_bits = 128});
    const AutomorphismKeys keys = key_to_sparse(context);
    if (secure) {
      EXPECT_NO_THROW(require_secure_bootstrap(context, keys)) << log_degree;
    } else {
      EXPECT_THROW(require_secure_bootstrap(context, keys), SecurityError) << log_degree;
    }
    release_context(context);
  }
}

}  // namespace
}  // namespace hetal::openfhe
