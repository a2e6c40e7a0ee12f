#include "bootstrap/bootstrapper.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

using Complex = std::complex<double>;

class InsecureEngine : public ::testing::Test {
 protected:
  InsecureEngine()
      : context(ckks::Parameters::named("insecure_n12_l12"), 2),
        secret(context, Random::insecure_seed(1)),
        generator(context, secret, Random::insecure_seed(2)),
        evaluator(context, keys) {
    keys.relinearization = generator.relinearization(context.parameters().eval_mod_level());
  }

  /// Real values that repeat with period `count`.
  std::vector<Complex> repeated(std::uint64_t seed, std::uint32_t count) const {
    std::vector<Complex> out = slots(seed, true);
    for (std::size_t i = count; i < out.size(); ++i) out[i] = out[i - count];
    return out;
  }
  void add_keys(const std::map<std::uint32_t, int>& galois_levels) {
    for (const auto& [galois, level] : galois_levels) {
      const auto at = keys.galois.find(galois);
      if (at == keys.galois.end() || at->second.level < level) keys.galois[galois] = generator.galois(galois, level);
    }
  }
  std::vector<Complex> slots(std::uint64_t seed, bool real, double bound = 1) const {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(-bound, bound);
    std::vector<Complex> out(context.parameters().slot_count());
    for (auto& z : out) z = {uniform(random), real ? 0 : uniform(random)};
    return out;
  }
  ckks::Ciphertext encrypt(const std::vector<Complex>& v, int level) {
    return owner::encrypt(context, secret, Random::insecure_seed(3), ++stream, v, level);
  }
  std::vector<Complex> decrypt(const ckks::Ciphertext& c) const { return owner::decrypt(context, secret, c); }
  static double worst_bits(const std::vector<Complex>& a, const std::vector<Complex>& b) {
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      worst = std::max({worst, std::abs(a[i].real() - b[i].real()), std::abs(a[i].imag() - b[i].imag())});
    }
    return -std::log2(worst);
  }

  ckks::Context context;
  owner::SecretKey secret;
  owner::KeyGenerator generator;
  ckks::EvaluationKeys keys;
  ckks::Evaluator evaluator;
  std::uint64_t stream = 0;
};

TEST_F(InsecureEngine, DecryptUndoesEncryptWithinNoise) {
  const auto v = slots(1, false);
  const double bits = worst_bits(decrypt(encrypt(v, 5)), v);
  EXPECT_GT(bits, 30);
  EXPECT_LT(bits, 38) << "less noise than the error distribution has";
}

TEST_F(InsecureEngine, MultiplyRescaleMultipliesSlots) {
  const auto a = slots(2, false), b = slots(3, false);
  std::vector<Complex> expected(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) expected[i] = a[i] * b[i];
  const auto product = evaluator.mul(encrypt(a, 15), encrypt(b, 15));
  EXPECT_EQ(product.scale, context.parameters().scale(14));
  EXPECT_GT(worst_bits(decrypt(product), expected), 26);
}

TEST_F(InsecureEngine, RotateMovesSlotsToTheLeft) {
  keys.galois[evaluator.galois_of(5)] = generator.galois(evaluator.galois_of(5), 15);
  const auto a = slots(4, false);
  auto expected = a;
  std::rotate(expected.begin(), expected.begin() + 5, expected.end());
  for (int level : {0, 7, 8, 15}) EXPECT_GT(worst_bits(decrypt(evaluator.rotate(encrypt(a, level), 5)), expected), 26);
  EXPECT_THROW(evaluator.rotate(encrypt(a, 3), 6), MissingKey);
}

TEST_F(InsecureEngine, DropReachesTheCanonicalScale) {
  const auto a = slots(5, false);
  const auto low = evaluator.drop_to_level(encrypt(a, 15), 4);
  EXPECT_EQ(low.scale, context.parameters().scale(4));
  EXPECT_GT(worst_bits(decrypt(low), a), 26);
}

TEST_F(InsecureEngine, BootstrapRefreshesRealAndComplexSlots) {
  const bootstrap::Bootstrapper bootstrapper(context);
  for (const auto& [galois, level] : bootstrapper.galois_levels())
    keys.galois[galois] = generator.galois(galois, level);
  generator.encapsulation(keys);
  const auto real = slots(6, true), complex = slots(7, false);
  const auto a = bootstrapper.real(evaluator, encrypt(real, 3));
  EXPECT_EQ(a.level, context.parameters().bootstrap_output_level());
  const double bits = worst_bits(decrypt(a), real);
  EXPECT_GT(bits, 20);
  EXPECT_LT(bits, 30);
  EXPECT_GT(worst_bits(decrypt(bootstrapper.complex(evaluator, encrypt(complex, 5))), complex), 20);
}

TEST_F(InsecureEngine, BootstrapKeysAreKnownFromTheParameters) {
  const bootstrap::Bootstrapper bootstrapper(context);
  const ckks::Parameters& p = context.parameters();
  std::map<std::uint32_t, int> expected = bootstrapper.galois_levels();
  EXPECT_EQ(expected.at(2 * context.n() - 1), p.eval_mod_level() + 1);
  expected.erase(2 * context.n() - 1);
  std::map<std::uint32_t, int> actual;
  for (const auto& [steps, level] : bootstrap::rotation_levels(p)) actual[context.encoder().rotation(steps)] = level;
  EXPECT_EQ(expected, actual);
}

TEST_F(InsecureEngine, SparseBootstrapsRefreshRealSlotsAndPairsOfHalfAsMany) {
  generator.encapsulation(keys);
  const int input = context.parameters().bootstrap_input_level();
  for (const std::uint32_t count : {16u, 32u, 256u, 1024u, 2048u}) {
    const bootstrap::SparseBootstrapper bootstrapper(context, count);
    keys.galois.clear();  // those of this count must do
    add_keys(bootstrapper.galois_levels());
    const auto x = repeated(count, count), a = repeated(count + 1, count / 2), b = repeated(count + 2, count / 2);
    const auto refreshed = bootstrapper.real(evaluator, encrypt(x, input + 2));
    EXPECT_EQ(refreshed.level, context.parameters().bootstrap_output_level());
    EXPECT_EQ(refreshed.scale, context.parameters().scale(refreshed.level));
    const auto both = bootstrapper.pair(evaluator, encrypt(a, input), encrypt(b, input + 1));
    for (const double bits :
         {worst_bits(decrypt(refreshed), x), worst_bits(decrypt(both[0]), a), worst_bits(decrypt(both[1]), b)}) {
      EXPECT_GT(bits, 20) << count;
      EXPECT_LT(bits, 30) << count;
    }
    EXPECT_EQ(both[0].scale, refreshed.scale);
  }
}

TEST_F(InsecureEngine, SparseBootstrapsRefuseOtherSlotCounts) {
  for (const std::uint32_t count : {0u, 8u, 24u, 4096u}) {
    EXPECT_THROW(bootstrap::SparseBootstrapper(context, count), InvalidArgument) << count;
    EXPECT_THROW(bootstrap::sparse_rotation_levels(context.parameters(), count), InvalidArgument) << count;
  }
}

}  // namespace
}  // namespace hetal
