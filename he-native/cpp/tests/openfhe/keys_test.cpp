#include "openfhe/keys.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "openfhe/operations.h"
#include "openfhe/secret.h"

namespace hetal::openfhe {
namespace {

constexpr std::uint32_t kDegree = 1 << 10;

/// Rotations, without the conjugation and the two keys of the sparse secret.
std::set<std::uint32_t> rotations_of(const AutomorphismKeys& keys) {
  std::set<std::uint32_t> out;
  for (const auto& [element, key] : keys) {
    if (element < 2 * kDegree - 4 && element % 2 == 1) out.insert(element);
  }
  return out;
}

Context bootstrappable(std::uint32_t encoding, std::uint32_t decoding, std::uint32_t digits) {
  const std::vector<std::uint32_t> budget{encoding, decoding};
  return make_context({.ring_degree = kDegree,
                       .depth = lbcrypto::FHECKKSRNS::GetBootstrapDepth(budget, lbcrypto::SPARSE_ENCAPSULATED) + 4,
                       .scaling_bits = 59,
                       .first_bits = 60,
                       .digits = digits,
                       .secret = Secret::kSparseEncapsulated});
}

TEST(OpenFheKeys, BootstrapElementsAreThoseThatOpenFheMakesKeysFor) {
  for (const auto& [encoding, decoding, baby] :
       {std::tuple{3, 3, 0}, {3, 3, 4}, {3, 3, 2}, {2, 2, 0}, {2, 3, 8}, {4, 2, 0}, {1, 2, 0}, {1, 1, 0}}) {
    const Context context = bootstrappable(encoding, decoding, 3);
    EXPECT_THROW(bootstrap_elements(context), InvalidArgument);
    bootstrap_setup(context, encoding, decoding, 0, baby);
    const auto keys = context->KeyGen();
    const auto made = context->GetScheme()->EvalBootstrapKeyGen(keys.secretKey, kDegree / 2);
    EXPECT_EQ(bootstrap_elements(context), rotations_of(*made)) << encoding << ", " << decoding << ", " << baby;
    release_context(context);
    EXPECT_THROW(bootstrap_elements(context), InvalidArgument);
  }
}

TEST(OpenFheKeys, FewerBabyStepsTakeFewerKeysAndBootstrapAsWell) {
  const Context context = bootstrappable(3, 3, 3);
  bootstrap_setup(context, 3, 3, 0, 0);
  const std::size_t usual = bootstrap_elements(context).size();
  bootstrap_setup(context, 3, 3, 0, 4);
  EXPECT_LT(bootstrap_elements(context).size(), usual);
  const auto keys = context->KeyGen();
  context->EvalMultKeyGen(keys.secretKey);
  context->EvalBootstrapKeyGen(keys.secretKey, kDegree / 2);
  const Ciphertext a = context->Encrypt(keys.publicKey, encode(context, {0.25, -1.5}, std::exp2(59), 2));
  const auto slots = decrypt(context, keys.secretKey, bootstrap(context, a), std::exp2(59));
  for (std::size_t i = 0; i < slots.size(); ++i) EXPECT_NEAR(slots[i].real(), i % 2 == 0 ? 0.25 : -1.5, 0x1p-14);
  EXPECT_THROW(bootstrap_setup(context, 3, 3, 0, 3), InvalidArgument);
  EXPECT_THROW(bootstrap_setup(context, 0, 3, 0, 0), InvalidArgument);
  release_context(context);
}

TEST(OpenFheKeys, ShortKeysServeTheirLevelAndNoHigherOne) {
  const Context context =
      make_context({.ring_degree = kDegree, .depth = 8, .scaling_bits = 50, .first_bits = 60, .digits = 3});
  const auto keys = context->KeyGen();
  // Nine limbs, three a digit.
  EXPECT_EQ(digits_at(context, 0), 1u);
  EXPECT_EQ(digits_at(context, 2), 1u);
  EXPECT_EQ(digits_at(context, 3), 2u);
  EXPECT_EQ(digits_at(context, 8), 3u);
  const auto made =
      context->EvalAutomorphismKeyGen(keys.secretKey, {rotation_element(context, 1), conjugation_element(context)});
  for (const auto& [element, key] : *made) shorten(context, key, 4);
  EXPECT_EQ(made->begin()->second->GetAVector().size(), 2u);
  lbcrypto::CryptoContextImpl<Polynomial>::InsertEvalAutomorphismKey(made, keys.secretKey->GetKeyTag());
  const auto relinearization = context->GetScheme()->EvalMultKeyGen(keys.secretKey);
  shorten(context, relinearization, 4);
  lbcrypto::CryptoContextImpl<Polynomial>::InsertEvalMultKey({relinearization}, keys.secretKey->GetKeyTag());

  const double scale = std::exp2(50);
  const std::vector<std::complex<double>> x{0.5, -0.25, 1.0, 0.75};
  const Ciphertext high = context->Encrypt(keys.publicKey, encode(context, x, scale, 9));
  const std::vector<int> one{1};
  for (const int at : {5, 4, 3, 2, 1}) {
    const Ciphertext low = drop_to_level(context, high, at);
    const auto turned = decrypt(context, keys.secretKey, rotate_all(context, low, one, 1)[0], scale);
    const auto conjugate = decrypt(context, keys.secretKey, openfhe::conjugate(context, low), scale);
    const std::vector<Ciphertext> factor{low};
    const auto square = decrypt(context, keys.secretKey,
                                rescale(context, relinearize(context, multiply_sum(context, factor, factor))), scale);
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(std::abs(turned[i] - x[(i + 1) % 4]), 0, 0x1p-28) << "level " << at;
      EXPECT_NEAR(std::abs(conjugate[i] - x[i]), 0, 0x1p-28) << "level " << at;
      EXPECT_NEAR(std::abs(square[i] - x[i] * x[i]), 0, 0x1p-28) << "level " << at;
    }
  }
  const Ciphertext above = drop_to_level(context, high, 6);
  const std::vector<Ciphertext> factor{above};
  EXPECT_THROW(rotate_all(context, above, one, 1), MissingKey);
  EXPECT_THROW(conjugate(context, above), MissingKey);
  EXPECT_THROW(relinearize(context, multiply_sum(context, factor, factor)), MissingKey);
  release_context(context);
}

TEST(OpenFheKeys, BootstrapRefusesAKeyThatIsShortOrNotThere) {
  const Context context = bootstrappable(2, 2, 3);
  bootstrap_setup(context, 2, 2, 0, 0);
  const auto keys = context->KeyGen();
  context->EvalMultKeyGen(keys.secretKey);
  context->EvalBootstrapKeyGen(keys.secretKey, kDegree / 2);
  const Ciphertext a = context->Encrypt(keys.publicKey, encode(context, {0.5}, std::exp2(59), 2));
  const auto held = automorphism_keys(keys.secretKey->GetKeyTag());
  const std::uint32_t element = *bootstrap_elements(context).begin();
  const auto node = held->extract(element);
  EXPECT_THROW(bootstrap(context, a), MissingKey);
  shorten(context, node.mapped(), 1);
  (*held)[element] = node.mapped();
  EXPECT_THROW(bootstrap(context, a), MissingKey);
  release_context(context);
}

}  // namespace
}  // namespace hetal::openfhe
