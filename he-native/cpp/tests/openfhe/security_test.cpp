#include "openfhe/security.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "ckks/parameters.h"
#include "openfhe/secret.h"

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

using lbcrypto::NativePoly;

/// b + a s modulo the prime of one limb, coefficients.
NativePoly message(const EvaluationKey& key, std::uint32_t limb, std::span<const std::int64_t> secret) {
  const NativePoly a = key->GetAVector()[0].GetElementAtIndex(limb), b = key->GetBVector()[0].GetElementAtIndex(limb);
  NativePoly s(a.GetParams(), Format::COEFFICIENT, true);
  const std::uint64_t prime = a.GetModulus().ConvertToInt();
  for (std::size_t i = 0; i < secret.size(); ++i) {
    s[i] = secret[i] < 0 ? prime - 1 : static_cast<std::uint64_t>(secret[i]);
  }
  s.SetFormat(Format::EVALUATION);
  NativePoly out = b + a * s;
  out.SetFormat(Format::COEFFICIENT);
  return out;
}

std::int64_t centered(std::uint64_t residue, std::uint64_t prime) {
  return residue > prime / 2 ? -static_cast<std::int64_t>(prime - residue) : static_cast<std::int64_t>(residue);
}

/// Nothing else says which sparse secret OpenFHE drew: the key back from it, at 2 N - 2, is its encryption
/// b = -a s + e + P s' modulo q0, and b = -a s + e modulo a special prime.
TEST(OpenFheSecurity, SparseSecretOfABootstrapHasTheWeightOfTheTable) {
  const Context context = make_context({.ring_degree = 1 << 10,
                                        .depth = 1,
                                        .scaling_bits = 59,
                                        .first_bits = 60,
                                        .secret = Secret::kSparseEncapsulated});
  const std::uint32_t n = context->GetRingDimension();
  context->EvalBootstrapSetup({2, 2}, {0, 0}, n / 2, 0, false);
  const auto parameters = std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(context->GetCryptoParameters());
  const std::uint64_t q0 = primes(context)[0];
  std::vector<std::vector<std::int64_t>> drawn;
  for (int i = 0; i < 4; ++i) {
    const PrivateKey dense = context->KeyGen().secretKey;
    const auto s = secret_coefficients(dense);
    const auto made = context->GetScheme()->EvalBootstrapKeyGen(dense, n / 2);
    const EvaluationKey& key = made->at(2 * n - 2);
    // The special primes follow those of the chain.
    const NativePoly error = message(key, static_cast<std::uint32_t>(primes(context).size()), s);
    const NativePoly scaled = message(key, 0, s);
    const auto inverse = parameters->GetParamsP()->GetModulus().Mod(lbcrypto::BigInteger(q0)).ConvertToInt();
    const lbcrypto::NativeInteger over_p = lbcrypto::NativeInteger(inverse).ModInverse(q0);
    std::vector<std::int64_t> sparse;
    for (std::size_t j = 0; j < n; ++j) {
      const std::int64_t e = centered(error[j].ConvertToInt(), error.GetModulus().ConvertToInt());
      ASSERT_LE(std::abs(e), 30);
      const lbcrypto::NativeInteger lifted(e < 0 ? q0 - static_cast<std::uint64_t>(-e) : static_cast<std::uint64_t>(e));
      sparse.push_back(centered(scaled[j].ModSub(lifted, q0).ModMul(over_p, q0).ConvertToInt(), q0));
      ASSERT_LE(std::abs(sparse.back()), 1);
    }
    EXPECT_EQ(std::count_if(sparse.begin(), sparse.end(), [](std::int64_t c) { return c != 0; }),
              static_cast<std::ptrdiff_t>(ckks::kSparseWeight));
    for (const auto& other : drawn) EXPECT_NE(sparse, other);
    drawn.push_back(std::move(sparse));
  }
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
