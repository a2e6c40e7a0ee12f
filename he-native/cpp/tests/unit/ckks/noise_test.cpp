// The noise of each operation is the one of a formula of the parameters, bounded on both sides, over many seeds.
//
// All noise below is a polynomial whose coefficients are independent with mean 0 and one variance V. A slot is the
// polynomial at a root of unity zeta, and the sum over i < N of cos^2(i arg zeta) is N / 2, so the real part of a slot
// has the variance N V / 2, divided by the square of the scale (Costache, Curtis, Hales, Murphy, Ogilvie and Player,
// "On the precision loss in approximate homomorphic encryption", eprint 2022/162, sections 3 and 4: the average case in
// the canonical embedding). With h nonzero coefficients in the secret s and sigma = 3.19:
//
//   secret-key encryption    sigma^2 + 1/12            the error and the rounding of the encoding
//   public-key encryption    sigma^2 (2 N / 3 + 1 + h) + 1/12     v e + e0 + e1 s with v uniform in {-1, 0, 1}
//   a division and rounding  (1 + h) / 12              r0 + r1 s with r0, r1 uniform in [-1/2, 1/2]: rescaling, and the
//                                                      division by P that ends a key switch
//   a key switch             sum over digits d of N sigma^2 D_d^2 / (12 P^2), and its division. A digit is uniform
//                            within D_d / 2, D_d the product of its primes up to the level; each is multiplied by an
//                            error of its key (Han and Ki, eprint 2019/688, section 3)
//   a product                |m1|^2 V2 + |m2|^2 V1 in each slot, and the division of its rescaling; relinearization
//                            is divided by P and by the prime of the level together
//
// A mean square over all slots of many ciphertexts is compared. The measured standard deviation is within a few per
// cent: r1 s in a slot varies with |s(zeta)|^2, so a ring of n slots gives about n / 2 independent squares per
// ciphertext, and the bounds are six deviations of that.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "bootstrap/bootstrapper.h"
#include "ckks/evaluator.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

using Complex = std::complex<double>;
using Slots = std::vector<Complex>;

constexpr double kErrorVariance = 3.19 * 3.19;
constexpr double kRounding = 1.0 / 12;

/// Real and imaginary parts of errors, squared and summed.
struct MeanSquare {
  double sum = 0;
  std::size_t count = 0;
  void add(const Slots& actual, const Slots& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) sum += std::norm(actual[i] - expected[i]);
    count += 2 * actual.size();
  }
  void add_real(const Slots& actual, const Slots& expected) {
    for (std::size_t i = 0; i < actual.size(); ++i) sum += std::pow(actual[i].real() - expected[i].real(), 2);
    count += actual.size();
  }
  double deviation() const { return std::sqrt(sum / static_cast<double>(count)); }
};

class Noise : public ::testing::TestWithParam<const char*> {
 protected:
  Noise() : context(ckks::Parameters::named(GetParam()), 2) {}

  const ckks::Parameters& parameters() const { return context.parameters(); }
  double n() const { return static_cast<double>(context.n()); }
  static double weight(const owner::SecretKey& secret) {
    const auto& s = secret.coefficients();
    return static_cast<double>(std::count_if(s.begin(), s.end(), [](std::int64_t c) { return c != 0; }));
  }
  static double division(const owner::SecretKey& secret) { return (1 + weight(secret)) * kRounding; }
  /// Of a key switch at a level, its division by P included.
  double key_switch(const owner::SecretKey& secret, int level) const {
    double log_p = 0;
    for (Word p : parameters().p()) log_p += std::log2(static_cast<double>(p));
    double sum = 0;
    for (int d = 0; d < parameters().digit_count(level); ++d) {
      double log_d = -log_p;
      for (int i = parameters().digit_begin(d); i < std::min(parameters().digit_begin(d + 1), level + 1); ++i)
        log_d += std::log2(static_cast<double>(parameters().q()[static_cast<std::size_t>(i)]));
      sum += n() * kErrorVariance * std::exp2(2 * log_d) / 12;
    }
    return sum + division(secret);
  }
  /// Standard deviation of a part of a slot.
  double in_slots(double variance, double scale) const { return std::sqrt(n() / 2 * variance) / scale; }

  Slots random_slots(std::uint64_t seed, double bound, bool real = false) const {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(-bound, bound);
    Slots out(parameters().slot_count());
    for (auto& z : out) z = {uniform(random), real ? 0 : uniform(random)};
    return out;
  }
  static double mean_square(const Slots& slots) {
    double sum = 0;
    for (const Complex& z : slots) sum += std::norm(z);
    return sum / static_cast<double>(slots.size());
  }
  /// For each of several keys: body(secret, seed).
  template <typename Body>
  void for_seeds(std::uint64_t seeds, const Body& body) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const owner::SecretKey secret(context, Random::insecure_seed(1000 + seed));
      body(secret, seed);
    }
  }
  /// n / 2 squares per ciphertext, six deviations, and a little for what the formula neglects.
  double tolerance(std::uint64_t ciphertexts) const {
    const double squares = static_cast<double>(parameters().slot_count()) / 2 * static_cast<double>(ciphertexts);
    return 6 / std::sqrt(2 * squares) + 0.005;
  }
  void expect_near(const MeanSquare& measured, double expected, double tolerance) const {
    const double ratio = measured.deviation() / expected;
    EXPECT_GT(ratio, 1 - tolerance) << "measured " << measured.deviation() << ", by the formula " << expected;
    EXPECT_LT(ratio, 1 + tolerance) << "measured " << measured.deviation() << ", by the formula " << expected;
  }

  ckks::Context context;
};

TEST_P(Noise, OfSecretKeyEncryption) {
  for (const int level : {0, 3, parameters().bootstrap_output_level(), parameters().eval_mod_level()}) {
    MeanSquare measured;
    for_seeds(24, [&](const owner::SecretKey& secret, std::uint64_t seed) {
      const Slots v = random_slots(seed, 1);
      measured.add(decrypt(context, secret, encrypt(context, secret, Random::insecure_seed(seed), 1, v, level)), v);
    });
    SCOPED_TRACE(level);
    expect_near(measured, in_slots(kErrorVariance + kRounding, parameters().scale(level)), tolerance(24));
  }
}

TEST_P(Noise, OfPublicKeyEncryption) {
  const int top = parameters().bootstrap_output_level();
  for (const int level : {0, 7, top}) {
    MeanSquare measured;
    double expected = 0;
    constexpr std::uint64_t kSeeds = 30;
    for_seeds(kSeeds, [&](const owner::SecretKey& secret, std::uint64_t seed) {
      const owner::PublicKey key = make_public_key(context, secret, Random::insecure_seed(seed + 500), top);
      const Slots v = random_slots(seed, 1);
      measured.add(decrypt(context, secret, encrypt(context, key, Random::insecure_seed(seed), 1, v, level)), v);
      expected += kErrorVariance * (2 * n() / 3 + 1 + weight(secret)) + kRounding;
    });
    SCOPED_TRACE(level);
    expect_near(measured, in_slots(expected / static_cast<double>(kSeeds), parameters().scale(level)),
                1.5 * tolerance(kSeeds));
  }
}

/// Large slots, since a rescaling of a fresh ciphertext leaves a scale near 1.
TEST_P(Noise, OfRescaling) {
  constexpr std::uint64_t kSeeds = 30;
  const ckks::EvaluationKeys none;
  const ckks::Evaluator evaluator(context, none);
  for (const int level : {1, 9, parameters().bootstrap_output_level()}) {
    MeanSquare measured;
    double expected = 0;
    for_seeds(kSeeds, [&](const owner::SecretKey& secret, std::uint64_t seed) {
      const Slots v = random_slots(seed, 0x1p12);
      const auto a = encrypt(context, secret, Random::insecure_seed(seed), 1, v, level);
      const auto b = evaluator.rescale(a);
      ASSERT_EQ(b.level, level - 1);
      measured.add(decrypt(context, secret, b), v);
      expected += std::pow(in_slots(division(secret), b.scale), 2);
    });
    SCOPED_TRACE(level);
    expect_near(measured, std::sqrt(expected / static_cast<double>(kSeeds)), tolerance(kSeeds));
  }
}

/// At the levels of computation the division by P is what is seen; where a digit is as long as P, the key's errors.
TEST_P(Noise, OfRotationAndConjugation) {
  constexpr std::uint64_t kSeeds = 12;
  for (const int level : {0, 7, parameters().bootstrap_output_level(), parameters().eval_mod_level()}) {
    MeanSquare rotated, conjugated;
    double expected = 0;
    for_seeds(kSeeds, [&](const owner::SecretKey& secret, std::uint64_t seed) {
      owner::KeyGenerator generator(context, secret, Random::insecure_seed(seed + 300));
      ckks::EvaluationKeys keys;
      const ckks::Evaluator evaluator(context, keys);
      for (const std::uint32_t galois : {evaluator.galois_of(5), 2 * parameters().ring_degree() - 1})
        keys.galois[galois] = generator.galois(galois, level);
      const Slots v = random_slots(seed, 1);
      const auto a = encrypt(context, secret, Random::insecure_seed(seed), 1, v, level);
      Slots turned = v, conjugate = v;
      std::rotate(turned.begin(), turned.begin() + 5, turned.end());
      for (auto& z : conjugate) z = std::conj(z);
      rotated.add(decrypt(context, secret, evaluator.rotate(a, 5)), turned);
      conjugated.add(decrypt(context, secret, evaluator.conjugate(a)), conjugate);
      expected += kErrorVariance + kRounding + key_switch(secret, level);
    });
    SCOPED_TRACE(level);
    const double deviation = in_slots(expected / static_cast<double>(kSeeds), parameters().scale(level));
    expect_near(rotated, deviation, tolerance(kSeeds));
    expect_near(conjugated, deviation, tolerance(kSeeds));
  }
}

TEST_P(Noise, OfAProductWithRelinearizationAndRescaling) {
  constexpr std::uint64_t kSeeds = 12;
  for (const int level : {1, 8, parameters().bootstrap_output_level(), parameters().eval_mod_level()}) {
    // Of small factors the division is seen, of large ones the errors of both.
    for (const double bound : {0.125, 1.0, 16.0}) {
      MeanSquare measured;
      double expected = 0;
      for_seeds(kSeeds, [&](const owner::SecretKey& secret, std::uint64_t seed) {
        owner::KeyGenerator generator(context, secret, Random::insecure_seed(seed + 400));
        ckks::EvaluationKeys keys;
        keys.relinearization = generator.relinearization(level);
        const ckks::Evaluator evaluator(context, keys);
        const Slots v = random_slots(seed, bound), w = random_slots(seed + 77, bound);
        Slots product(v.size());
        for (std::size_t i = 0; i < v.size(); ++i) product[i] = v[i] * w[i];
        const Seed encryption = Random::insecure_seed(seed);
        const auto c = evaluator.mul(encrypt(context, secret, encryption, 1, v, level),
                                     encrypt(context, secret, encryption, 2, w, level));
        ASSERT_EQ(c.level, level - 1);
        measured.add(decrypt(context, secret, c), product);
        const double q = static_cast<double>(parameters().q()[static_cast<std::size_t>(level)]);
        const double of_factors = (mean_square(v) + mean_square(w)) *
                                  std::pow(in_slots(kErrorVariance + kRounding, parameters().scale(level)), 2);
        const double of_switch = key_switch(secret, level) - division(secret);
        expected += of_factors + std::pow(in_slots(of_switch / q / q + division(secret), c.scale), 2);
      });
      SCOPED_TRACE(::testing::Message() << "level " << level << ", factors within " << bound);
      expect_near(measured, std::sqrt(expected / static_cast<double>(kSeeds)), tolerance(kSeeds));
    }
  }
}

TEST_P(Noise, OfAdditionIsTheSumOfVariances) {
  const ckks::EvaluationKeys none;
  const ckks::Evaluator evaluator(context, none);
  MeanSquare measured;
  for_seeds(24, [&](const owner::SecretKey& secret, std::uint64_t seed) {
    const Slots v = random_slots(seed, 1), w = random_slots(seed + 50, 1);
    Slots sum(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) sum[i] = 3.0 * (v[i] - w[i]);
    const Seed encryption = Random::insecure_seed(seed);
    const auto difference =
        evaluator.sub(encrypt(context, secret, encryption, 1, v, 4), encrypt(context, secret, encryption, 2, w, 4));
    measured.add(decrypt(context, secret, evaluator.mul_integer(difference, 3)), sum);
  });
  expect_near(measured, in_slots(9 * 2 * (kErrorVariance + kRounding), parameters().scale(4)), tolerance(24));
}

/// EvalMod leaves ratio * (first * sin(v / ratio) + third * sin^3(v / ratio)) in place of v, with an error of its own
/// that is larger than the noise of a small ring: it is computed here and taken away. The rest is the divisions after
/// products at EvalMod's scale: T2, the double angles and CoeffsToSlots bring 2^5.4 of them together (parameters.cpp),
/// and q0 over the message's scale magnifies them.
TEST_P(Noise, OfABootstrap) {
  constexpr double kDivisions = 41.5, kArcsineBound = 1.7;
  constexpr std::uint64_t kSeeds = 3;
  const double period =
      static_cast<double>(parameters().q()[0]) /
      (bootstrap::message_gain(parameters()) * parameters().scale(parameters().bootstrap_input_level()));
  const double ratio = period / (2 * std::numbers::pi), bound = kArcsineBound / ratio;
  const double first = 1 - 3.0 / 40 * 5 / 16 * std::pow(bound, 4);
  const double third = 1.0 / 6 + 3.0 / 40 * 20 / 16 * bound * bound;
  MeanSquare measured;
  double expected = 0;
  for_seeds(kSeeds, [&](const owner::SecretKey& secret, std::uint64_t seed) {
    owner::KeyGenerator generator(context, secret, Random::insecure_seed(seed + 600));
    ckks::EvaluationKeys keys;
    const ckks::Evaluator evaluator(context, keys);
    const bootstrap::Bootstrapper bootstrapper(context);
    keys.relinearization = generator.relinearization(parameters().eval_mod_level());
    for (const auto& [galois, level] : bootstrapper.galois_levels())
      keys.galois[galois] = generator.galois(galois, level);
    generator.encapsulation(keys);
    const Slots v = random_slots(seed, 1, true);
    Slots sine = v;
    for (Complex& z : sine) {
      const double s = std::sin(z.real() / ratio);
      z = ratio * (first * s + third * s * s * s);
      EXPECT_NEAR(z.real(), ratio * std::asin(s), 0x1p-21) << "the formula's own error";
    }
    const auto a = encrypt(context, secret, Random::insecure_seed(seed), 1, v, parameters().bootstrap_input_level());
    measured.add_real(decrypt(context, secret, bootstrapper.real(evaluator, a)), sine);
    const double one = in_slots(division(secret), std::exp2(parameters().literal().log_eval_mod)) * period;
    expected += std::pow(kDivisions * one, 2);
  });
  // The share of each stage depends on the multiples of q0 in the slots, so a quarter is left.
  expect_near(measured, std::sqrt(expected / static_cast<double>(kSeeds)), 0.25);
}

INSTANTIATE_TEST_SUITE_P(Rings, Noise, ::testing::Values("insecure_n10_l12", "insecure_n12_l12", "insecure_n10_l14"));

}  // namespace
}  // namespace hetal
