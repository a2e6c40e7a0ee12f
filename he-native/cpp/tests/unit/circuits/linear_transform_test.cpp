// A matrix given by its diagonals against the plain product, for several sizes, strides, periods and numbers of baby
// steps.
#include "circuits/linear_transform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "base/error.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

using Complex = std::complex<double>;
using Slots = std::vector<Complex>;
constexpr int kLevel = 6;
/// Beside an error of about 2^-29 in a product of one term.
constexpr double kOneTerm = 0x1p-26;

Slots random_slots(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Slots out(count);
  for (auto& z : out) z = {uniform(random), uniform(random)};
  return out;
}

class Transform : public ::testing::Test {
 protected:
  Transform()
      : context(ckks::Parameters::named("insecure_n10_l12"), 2),
        secret(context, Random::insecure_seed(1)),
        generator(context, secret, Random::insecure_seed(2)),
        evaluator(context, keys) {}

  std::uint32_t slots() const { return context.parameters().slot_count(); }
  void make_keys(const circuits::LinearTransform& transform) {
    for (const std::uint32_t steps : transform.rotations()) {
      const std::uint32_t galois = evaluator.galois_of(steps);
      if (!keys.galois.contains(galois)) keys.galois[galois] = generator.galois(galois, transform.level());
    }
  }
  ckks::Ciphertext encrypt(const Slots& v, int level) {
    return owner::encrypt(context, secret, Random::insecure_seed(3), ++stream, v, level);
  }
  /// (M v)[i] = sum_d D_d[i] v[i + d].
  Slots product(const circuits::Diagonals& diagonals, const Slots& v) const {
    Slots out(v.size());
    for (const auto& [d, values] : diagonals) {
      for (std::size_t i = 0; i < v.size(); ++i) out[i] += values[i % values.size()] * v[(i + d) % v.size()];
    }
    return out;
  }
  double worst(const ckks::Ciphertext& c, const Slots& expected) const {
    const Slots actual = owner::decrypt(context, secret, c);
    double out = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) out = std::max(out, std::abs(actual[i] - expected[i]));
    return out;
  }
  void expect_product(const circuits::Diagonals& diagonals, std::uint32_t stride, int baby_steps) {
    const circuits::LinearTransform transform(context, diagonals, stride, baby_steps, kLevel);
    EXPECT_EQ(transform.level(), kLevel);
    make_keys(transform);
    const Slots v = random_slots(7, slots());
    const ckks::Ciphertext x = encrypt(v, kLevel);
    const Slots expected = product(diagonals, v);
    const double bound = kOneTerm * std::sqrt(static_cast<double>(diagonals.size()));
    const ckks::Ciphertext y = transform.apply(evaluator, x);
    EXPECT_EQ(y.level, kLevel - 1);
    EXPECT_EQ(y.scale, x.scale);
    EXPECT_LT(worst(y, expected), bound);
    const ckks::Ciphertext z = transform.apply_unrescaled(evaluator, x);
    EXPECT_EQ(z.level, kLevel);
    EXPECT_LT(worst(z, expected), bound);
    // Baby steps are below the block, giant steps multiples of it.
    const std::uint32_t block = stride * static_cast<std::uint32_t>(baby_steps);
    for (const std::uint32_t steps : transform.rotations()) {
      EXPECT_TRUE(steps != 0 && steps < slots() && (steps < block ? steps % stride == 0 : steps % block == 0)) << steps;
    }
  }

  ckks::Context context;
  owner::SecretKey secret;
  owner::KeyGenerator generator;
  ckks::EvaluationKeys keys;
  ckks::Evaluator evaluator;
  std::uint64_t stream = 0;
};

TEST_F(Transform, OfOneDiagonalIsAMaskedRotation) {
  for (const std::uint32_t d : {0u, 1u, 5u, 511u}) expect_product({{d, random_slots(d + 10, slots())}}, 1, 4);
}

TEST_F(Transform, OfTheOnesDiagonalZeroIsTheIdentity) {
  const circuits::Diagonals identity{{0, Slots(1, 1.0)}};
  const circuits::LinearTransform transform(context, identity, 1, 1, kLevel);
  EXPECT_TRUE(transform.rotations().empty()) << "no key is needed";
  const Slots v = random_slots(8, slots());
  EXPECT_LT(worst(transform.apply(evaluator, encrypt(v, kLevel)), v), kOneTerm);
}

TEST_F(Transform, OfDenseBandsIsThePlainProduct) {
  for (const std::uint32_t count : {2u, 3u, 8u, 17u}) {
    for (const int baby_steps : {1, 2, 4, 8, 32}) {
      circuits::Diagonals diagonals;
      for (std::uint32_t d = 0; d < count; ++d) diagonals[d] = random_slots(100 * count + d, slots());
      SCOPED_TRACE(message(count, " diagonals, ", baby_steps, " baby steps"));
      expect_product(diagonals, 1, baby_steps);
    }
  }
}

TEST_F(Transform, OfStridesIsThePlainProduct) {
  for (const std::uint32_t stride : {2u, 8u, 64u}) {
    circuits::Diagonals diagonals;
    for (std::uint32_t k = 0; k < 8; ++k) diagonals[k * stride] = random_slots(200 + k, slots());
    SCOPED_TRACE(message("stride ", stride));
    expect_product(diagonals, stride, 2);
    expect_product(diagonals, stride, 4);
  }
}

/// Diagonals of shorter periods are repeated; the giant step turns them within their period.
TEST_F(Transform, OfShortPeriodsIsThePlainProduct) {
  for (const std::size_t period : {std::size_t{1}, std::size_t{2}, std::size_t{16}, std::size_t{256}}) {
    circuits::Diagonals diagonals;
    for (std::uint32_t d : {0u, 3u, 4u, 9u, 30u}) diagonals[d] = random_slots(300 + d, period);
    SCOPED_TRACE(message("period ", period));
    expect_product(diagonals, 1, 4);
  }
}

/// Diagonals that are not there, no diagonal without a giant step, and indices near the slot count, which stand for
/// rotations to the right.
TEST_F(Transform, WithGapsAndNegativeIndicesIsThePlainProduct) {
  expect_product({{4, random_slots(1, slots())}, {7, random_slots(2, slots())}, {21, random_slots(3, slots())}}, 1, 4);
  circuits::Diagonals around;
  for (std::uint32_t d : {0u, 1u, 2u, 509u, 510u, 511u}) around[d] = random_slots(400 + d, slots());
  expect_product(around, 1, 4);
}

TEST_F(Transform, WrongArgumentsAreRefused) {
  const circuits::Diagonals odd{{3, Slots(1, 1.0)}}, far{{512, Slots(1, 1.0)}};
  EXPECT_THROW(circuits::LinearTransform(context, odd, 2, 2, kLevel), InvalidArgument);
  EXPECT_THROW(circuits::LinearTransform(context, far, 1, 2, kLevel), InvalidArgument);
  const circuits::LinearTransform transform(context, {{1, Slots(1, 1.0)}}, 1, 2, kLevel);
  EXPECT_THROW(transform.apply(evaluator, encrypt({1.0}, kLevel - 1)), LevelError);
  EXPECT_THROW(transform.apply(evaluator, encrypt({1.0}, kLevel)), MissingKey) << "no key was made";
}

}  // namespace
}  // namespace hetal
