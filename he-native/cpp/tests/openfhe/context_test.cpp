#include "openfhe/context.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "openfhe/secret.h"

namespace hetal::openfhe {
namespace {

using Slots = std::vector<std::complex<double>>;

Slots random_slots(std::size_t count, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Slots out(count);
  for (auto& slot : out) slot = {uniform(generator), uniform(generator)};
  return out;
}

double worst(const Slots& a, const Slots& b) {
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]));
  return out;
}

const Settings kToy{.ring_degree = 1 << 10, .depth = 3, .scaling_bits = 50, .first_bits = 60};

TEST(OpenFheContext, EncryptsMultipliesRotates) {
  const Context context = make_context(kToy);
  const auto keys = context->KeyGen();
  context->EvalMultKeyGen(keys.secretKey);
  context->EvalRotateKeyGen(keys.secretKey, {3});
  const Slots x = random_slots(512, 1), y = random_slots(512, 2);
  const double scale = std::exp2(50);
  const auto a = context->Encrypt(keys.publicKey, encode(context, x, scale, 4));
  const auto b = context->Encrypt(keys.secretKey, encode(context, y, scale, 4));
  const auto product = context->Rescale(context->EvalMult(a, b));
  const auto turned = context->EvalRotate(product, 3);
  Slots expected(512);
  for (std::size_t i = 0; i < 512; ++i) expected[i] = x[(i + 3) % 512] * y[(i + 3) % 512];
  const double error = worst(decrypt(context, keys.secretKey, turned, scale), expected);
  EXPECT_LT(error, 0x1p-30);
  EXPECT_GT(error, 0x1p-50);
  release_context(context);
}

TEST(OpenFheContext, EncodesWhatOpenFheRefuses) {
  const Context context = make_context(kToy);
  const auto keys = context->KeyGen();
  for (const double value : {0.0, 0x1p-60, 1e6}) {
    const auto a = context->Encrypt(keys.publicKey, encode(context, {value}, std::exp2(50), 4));
    EXPECT_LT(worst(decrypt(context, keys.secretKey, a, std::exp2(50)), Slots(512, value)),
              0x1p-30 * std::max(1.0, value));
  }
  EXPECT_THROW(encode(context, {std::nan("")}, std::exp2(50), 4), InvalidArgument);
  EXPECT_THROW(encode(context, Slots(3), std::exp2(50), 4), InvalidArgument);
  release_context(context);
}

TEST(OpenFheContext, RefusesSettingsThatAreNotSecureOrNotItsOwn) {
  Settings weak = kToy;
  weak.security_bits = 128;
  EXPECT_THROW(make_context(weak), lbcrypto::OpenFHEException);
  Settings odd = kToy;
  odd.ring_degree = 1000;
  EXPECT_THROW(make_context(odd), InvalidArgument);
  EXPECT_THROW(make_context(1 << 10, {1125899906842625ull}, 49, 1, 50, Secret::kUniformTernary), InvalidArgument);
}

TEST(OpenFheContext, ReleaseForgetsItsKeysAndNoOthers) {
  const Context first = make_context(kToy);
  Settings other = kToy;
  other.depth = 4;
  const Context second = make_context(other);
  const auto keys1 = first->KeyGen(), keys2 = second->KeyGen();
  first->EvalMultKeyGen(keys1.secretKey);
  second->EvalMultKeyGen(keys2.secretKey);
  const int contexts = lbcrypto::CryptoContextFactory<Polynomial>::GetContextCount();
  release_context(first);
  EXPECT_EQ(lbcrypto::CryptoContextFactory<Polynomial>::GetContextCount(), contexts - 1);
  EXPECT_THROW(first->GetEvalMultKeyVector(keys1.secretKey->GetKeyTag()), lbcrypto::OpenFHEException);
  EXPECT_NO_THROW(second->GetEvalMultKeyVector(keys2.secretKey->GetKeyTag()));
  release_context(second);
}

TEST(OpenFheContext, BootstrapBringsLevelsBack) {
  const std::vector<std::uint32_t> budget{2, 2};
  const auto depth = lbcrypto::FHECKKSRNS::GetBootstrapDepth(budget, lbcrypto::SPARSE_ENCAPSULATED);
  const Context context = make_context({.ring_degree = 1 << 10,
                                        .depth = depth + 5,
                                        .scaling_bits = 59,
                                        .first_bits = 60,
                                        .digits = 3,
                                        .secret = Secret::kSparseEncapsulated});
  context->EvalBootstrapSetup(budget, {0, 0}, 512);
  const auto keys = context->KeyGen();
  context->EvalMultKeyGen(keys.secretKey);
  context->EvalBootstrapKeyGen(keys.secretKey, 512);
  for (const double magnitude : {1.0, 2.0, 4.0}) {
    Slots x = random_slots(512, 3);
    for (auto& v : x) v *= magnitude;
    const auto a = context->Encrypt(keys.publicKey, encode(context, x, std::exp2(59), 2));
    auto fresh = context->EvalBootstrap(a);
    std::printf("bootstrap depth %u of %u: %u limbs, scale degree %u\n", depth, depth + 5,
                fresh->GetElements()[0].GetNumOfElements(), static_cast<unsigned>(fresh->GetNoiseScaleDeg()));
    const double error = worst(decrypt(context, keys.secretKey, context->Rescale(fresh), std::exp2(59)), x);
    std::printf("magnitude %g: worst error 2^%.1f\n", magnitude, std::log2(error));
    EXPECT_LT(error, 0x1p-14);
  }
  release_context(context);
}

}  // namespace
}  // namespace hetal::openfhe
