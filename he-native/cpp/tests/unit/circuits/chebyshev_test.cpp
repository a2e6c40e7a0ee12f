// Polynomials in the Chebyshev basis: the value, the depth, and noise bounded on both sides.
#include "circuits/chebyshev.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "ckks/key_switching.h"
#include "base/error.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

using Slots = std::vector<std::complex<double>>;

class Chebyshev : public ::testing::Test {
 protected:
  Chebyshev()
      : context(ckks::Parameters::named("insecure_n12_l12"), 2),
        secret(context, Random::insecure_seed(1)),
        generator(context, secret, Random::insecure_seed(2)),
        evaluator(context, keys) {
    keys.relinearization = generator.relinearization(context.parameters().eval_mod_level());
  }

  ckks::Ciphertext encrypt(const Slots& v, int level) {
    return owner::encrypt(context, secret, Random::insecure_seed(3), ++stream, v, level);
  }
  Slots uniform_slots() {
    std::mt19937_64 random(5);
    std::uniform_real_distribution<double> uniform(-1, 1);
    Slots out(context.parameters().slot_count());
    for (auto& z : out) z = uniform(random);
    return out;
  }
  double worst_bits(const ckks::Ciphertext& a, const Slots& expected) const {
    const Slots actual = owner::decrypt(context, secret, a);
    double worst = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) worst = std::max(worst, std::abs(actual[i] - expected[i]));
    return -std::log2(worst);
  }

  ckks::Context context;
  owner::SecretKey secret;
  owner::KeyGenerator generator;
  ckks::EvaluationKeys keys;
  ckks::Evaluator evaluator;
  std::uint64_t stream = 0;
};

TEST_F(Chebyshev, EvaluatesAtOptimalDepthWithinNoise) {
  const Slots x = uniform_slots();
  const int top = context.parameters().eval_mod_level();
  for (std::size_t count : {2u, 3u, 4u, 9u, 24u, 32u}) {
    std::vector<double> c(count);
    for (std::size_t k = 0; k < count; ++k)
      c[k] = std::cos(3.0 * static_cast<double>(k) + 1) / static_cast<double>(count);
    Slots expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t k = 0; k < count; ++k)
        expected[i] += c[k] * std::cos(static_cast<double>(k) * std::acos(x[i].real()));
    }
    const auto y = circuits::evaluate_chebyshev(evaluator, encrypt(x, top), c);
    EXPECT_EQ(top - y.level, static_cast<int>(std::ceil(std::log2(count)))) << count;
    EXPECT_EQ(y.scale, context.parameters().scale(y.level)) << count;
    // At scale 2^49.9 a rescaling leaves 2^-41 of it in the worst slot, and a fresh encryption 2^-39.
    EXPECT_GT(worst_bits(y, expected), 33) << count;
    EXPECT_LT(worst_bits(y, expected), 42) << count;
  }
}

TEST_F(Chebyshev, RefusesFewerThanTwoCoefficients) {
  EXPECT_THROW(circuits::evaluate_chebyshev(evaluator, encrypt(uniform_slots(), 20), {1.0}), InvalidArgument);
}

TEST_F(Chebyshev, MergedRelinearizationEqualsTheTwoSteps) {
  const Slots x = uniform_slots();
  Slots expected(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) expected[i] = x[i] * x[i];
  const auto a = encrypt(x, 14);
  const auto merged = ckks::relinearize_and_rescale(evaluator, evaluator.tensor(a, a));
  const auto apart = evaluator.rescale(evaluator.relinearize(evaluator.tensor(a, a)));
  EXPECT_EQ(merged.level, apart.level);
  EXPECT_EQ(merged.scale, apart.scale);
  EXPECT_GT(worst_bits(merged, expected), 26);
  EXPECT_GT(worst_bits(apart, expected), 26);
  EXPECT_THROW(ckks::relinearize_and_rescale(evaluator, evaluator.tensor(encrypt(x, 0), encrypt(x, 0))), LevelError);
}

}  // namespace
}  // namespace hetal
