// One bootstrap at full security. About 8 GB and half a minute: ctest --preset cpu-release -C secure -L secure
#include "bootstrap/bootstrapper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

TEST(SecureBootstrap, Refreshes32768RealSlotsTo12LevelsAnd20Bits) {
  const ckks::Context context(ckks::Parameters::named("n16_l12"), 0);
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
  EXPECT_EQ(refreshed.level - p.bootstrap_input_level(), 12);
  EXPECT_EQ(refreshed.scale, p.scale(refreshed.level));

  const auto actual = owner::decrypt(context, secret, refreshed);
  double worst = 0, sum = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const double error = std::abs(actual[i].real() - slots[i].real());
    worst = std::isfinite(error) ? std::max(worst, error) : HUGE_VAL;
    sum += error;
  }
  const double worst_bits = -std::log2(worst), mean_bits = -std::log2(sum / static_cast<double>(slots.size()));
  RecordProperty("worst_bits", std::to_string(worst_bits));
  RecordProperty("mean_bits", std::to_string(mean_bits));
  EXPECT_GT(worst_bits, 20);
  EXPECT_GT(mean_bits, 23);
  EXPECT_LT(worst_bits, 24) << "less noise than the rounding of one rescaling leaves: are these the secure parameters?";
  EXPECT_LT(mean_bits, 27);
}

}  // namespace
}  // namespace hetal
