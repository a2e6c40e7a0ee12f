// Bootstraps at full security. About 8 GB and a minute: ctest --preset cpu-release -C secure -L secure
#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

/// Mean and worst error in bits.
std::array<double, 2> bits(const std::vector<std::complex<double>>& actual,
                           const std::vector<std::complex<double>>& expected) {
  double worst = 0, sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double error = std::abs(actual[i].real() - expected[i].real());
    worst = std::isfinite(error) ? std::max(worst, error) : HUGE_VAL;
    sum += error;
  }
  return {-std::log2(sum / static_cast<double>(expected.size())), -std::log2(worst)};
}

class SecureBootstrapOf : public ::testing::TestWithParam<std::pair<const char*, int>> {};

TEST_P(SecureBootstrapOf, Refreshes32768RealSlotsTo20Bits) {
  const auto [name, levels] = GetParam();
  const ckks::Context context(ckks::Parameters::named(name), 0);
  const ckks::Parameters& p = context.parameters();
  EXPECT_EQ(p.security_bits(), 128);
  const owner::SecretKey secret(context, Random::insecure_seed(1));
  owner::KeyGenerator generator(context, secret, Random::insecure_seed(2));
  const bootstrap::Bootstrapper bootstrapper(context);
  ckks::EvaluationKeys keys;
  keys.relinearization = generator.relinearization(bootstrapper.relinearization_level());
  for (const auto& [galois, level] : bootstrapper.galois_levels())
    keys.galois[galois] = generator.galois(galois, level);
  generator.encapsulation(keys);
  const ckks::Evaluator evaluator(context, keys);

  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<std::complex<double>> slots(p.slot_count());
  for (auto& z : slots) z = uniform(random);
  const auto refreshed = bootstrapper.real(
      evaluator, owner::encrypt(context, secret, Random::insecure_seed(3), 1, slots, p.bootstrap_input_level()));
  EXPECT_EQ(refreshed.level - p.bootstrap_input_level(), levels);
  EXPECT_EQ(refreshed.scale, p.scale(refreshed.level));

  const auto [mean_bits, worst_bits] = bits(owner::decrypt(context, secret, refreshed), slots);
  RecordProperty("worst_bits", std::to_string(worst_bits));
  RecordProperty("mean_bits", std::to_string(mean_bits));
  EXPECT_GT(worst_bits, 20);
  EXPECT_GT(mean_bits, 23);
  EXPECT_LT(worst_bits, 24) << "less noise than the rounding of one rescaling leaves: are these the secure parameters?";
  EXPECT_LT(mean_bits, 27);
}

INSTANTIATE_TEST_SUITE_P(Sets, SecureBootstrapOf, ::testing::Values(std::pair{"n16_l12", 12}, std::pair{"n16_l14", 14}),
                         [](const auto& info) { return std::string(info.param.first); });

/// With the keys and the transforms of a training whose bootstraps are of one ciphertext each.
TEST(SecureBootstrap, RefreshesAllRealSlotsOfOneAndPairsOfHalfAsMany) {
  const ckks::Context context(ckks::Parameters::named("n16_l12"), 0);
  const ckks::Parameters& p = context.parameters();
  const owner::SecretKey secret(context, Random::insecure_seed(1));
  owner::KeyGenerator generator(context, secret, Random::insecure_seed(2));
  constexpr std::uint32_t kSlots = 1u << 15;
  const bootstrap::SparseBootstrapper bootstrapper(context, kSlots);
  ckks::EvaluationKeys keys;
  keys.relinearization = generator.relinearization(p.eval_mod_level());
  for (const auto& [galois, level] : bootstrapper.galois_levels())
    keys.galois[galois] = generator.galois(galois, level);
  generator.encapsulation(keys);
  const ckks::Evaluator evaluator(context, keys);
  const auto repeated = [&](std::uint64_t seed, std::uint32_t period) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<std::complex<double>> out(p.slot_count());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i < period ? uniform(random) : out[i - period].real();
    return out;
  };
  const int input = p.bootstrap_input_level();
  std::uint64_t stream = 0;
  const auto encrypt = [&](const auto& slots) {
    return owner::encrypt(context, secret, Random::insecure_seed(3), ++stream, slots, input);
  };
  const auto x = repeated(4, kSlots), a = repeated(5, kSlots / 2), b = repeated(6, kSlots / 2);
  const auto refreshed = bootstrapper.real(evaluator, encrypt(x));
  EXPECT_EQ(refreshed.level - input, 12);
  EXPECT_EQ(refreshed.scale, p.scale(refreshed.level));
  const auto both = bootstrapper.pair(evaluator, encrypt(a), encrypt(b));
  for (const auto& [mean, worst] :
       {bits(owner::decrypt(context, secret, refreshed), x), bits(owner::decrypt(context, secret, both[0]), a),
        bits(owner::decrypt(context, secret, both[1]), b)}) {
    EXPECT_GT(worst, 20);
    EXPECT_GT(mean, 22.5);
    EXPECT_LT(worst, 24);
    EXPECT_LT(mean, 27);
  }
}

}  // namespace
}  // namespace hetal
