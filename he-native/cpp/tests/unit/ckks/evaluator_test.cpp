// Sums of products and rotations against the same sums taken one by one on the slots.
#include "ckks/evaluator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

using Complex = std::complex<double>;
using Slots = std::vector<Complex>;

class Sums : public ::testing::Test {
 protected:
  Sums()
      : context(ckks::Parameters::named("insecure_n10_l12"), 2),
        secret(context, Random::insecure_seed(1)),
        generator(context, secret, Random::insecure_seed(2)),
        evaluator(context, keys) {
    keys.relinearization = generator.relinearization(kLevel);
    for (std::uint32_t steps : {1u, 7u, 256u}) {
      keys.galois[evaluator.galois_of(steps)] = generator.galois(evaluator.galois_of(steps), kLevel);
    }
    for (std::uint64_t i = 0; i < 3; ++i) {
      slots.push_back(random_slots(i));
      ciphertexts.push_back(owner::encrypt(context, secret, Random::insecure_seed(3), i + 1, slots[i], kLevel));
      pointers.push_back(&ciphertexts[i]);
    }
    pointers = {&ciphertexts[0], &ciphertexts[1], &ciphertexts[2]};
  }

  Slots random_slots(std::uint64_t seed, std::size_t count = 0) const {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    Slots out(count == 0 ? context.parameters().slot_count() : count);
    for (auto& z : out) z = {uniform(random), uniform(random)};
    return out;
  }
  static Slots rotated(Slots v, std::size_t steps) {
    std::rotate(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(steps), v.end());
    return v;
  }
  static void add_product(Slots& sum, const Slots& a, const Slots& b) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += a[i] * b[i % b.size()];
  }
  double worst(const ckks::Ciphertext& c, const Slots& expected) const {
    const Slots actual = owner::decrypt(context, secret, c);
    double out = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) out = std::max(out, std::abs(actual[i] - expected[i]));
    return out;
  }
  double canonical() const { return context.parameters().scale(kLevel); }

  static constexpr int kLevel = 5;
  static constexpr double kClose = 0x1p-25;
  ckks::Context context;
  owner::SecretKey secret;
  owner::KeyGenerator generator;
  ckks::EvaluationKeys keys;
  ckks::Evaluator evaluator;
  std::vector<Slots> slots;
  std::vector<ckks::Ciphertext> ciphertexts;
  std::vector<const ckks::Ciphertext*> pointers;
};

TEST_F(Sums, TensorSumIsTheSumOfProducts) {
  const std::vector<const ckks::Ciphertext*> turned{pointers[1], pointers[2], pointers[0]};
  Slots expected(slots[0].size());
  for (std::size_t i = 0; i < 3; ++i) add_product(expected, slots[i], slots[(i + 1) % 3]);
  const auto sum = evaluator.rescale(evaluator.relinearize(evaluator.tensor_sum(pointers, turned)));
  EXPECT_EQ(sum.scale, context.parameters().scale(kLevel - 1));
  EXPECT_LT(worst(sum, expected), kClose);
}

TEST_F(Sums, PlainSumTakesEveryPeriod) {
  for (const std::size_t period :
       {std::size_t{1}, std::size_t{4}, std::size_t{64}, std::size_t{256}, std::size_t{512}}) {
    Slots expected(slots[0].size());
    std::vector<ckks::Plaintext> plain;
    for (std::size_t i = 0; i < 3; ++i) {
      const Slots factor = random_slots(100 + i, period);
      plain.push_back(evaluator.encode(factor, kLevel, canonical()));
      EXPECT_EQ(plain.back().limbs.words(), (kLevel + 1 + 7) * 2 * period);
      add_product(expected, slots[i], factor);
    }
    const std::vector<const ckks::Plaintext*> factors{&plain[0], &plain[1], &plain[2]};
    EXPECT_LT(worst(evaluator.rescale(evaluator.mul_plain_sum(pointers, factors)), expected), kClose) << period;
    Slots sum = slots[0], difference = slots[0];
    const Slots addend = random_slots(100, period);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += addend[i % period], difference[i] -= addend[i % period];
    EXPECT_LT(worst(evaluator.add_plain(ciphertexts[0], plain[0]), sum), kClose) << period;
    EXPECT_LT(worst(evaluator.sub_plain(ciphertexts[0], plain[0]), difference), kClose) << period;
  }
}

TEST_F(Sums, IntegersAndTheImaginaryUnitMultiplyExactly) {
  const auto before = owner::decrypt(context, secret, ciphertexts[0]);
  Slots tripled, turned;
  for (Complex z : before) tripled.push_back(-3.0 * z), turned.emplace_back(-z.imag(), z.real());
  EXPECT_LT(worst(evaluator.mul_integer(ciphertexts[0], -3), tripled), 1e-13);
  EXPECT_LT(worst(evaluator.mul_by_i(ciphertexts[0]), turned), 1e-13);
}

TEST_F(Sums, RotationsWithOneDecompositionAreTheRotations) {
  const std::vector<std::uint32_t> steps{7, 0, 256, 1};
  const auto all = evaluator.rotate_all(ciphertexts[0], steps);
  Slots sum(slots[0].size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Slots expected = rotated(slots[0], steps[i]);
    EXPECT_LT(worst(all[i], expected), kClose) << steps[i];
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += expected[j];
  }
  EXPECT_LT(worst(evaluator.rotate_sum(ciphertexts[0], steps), sum), kClose);
  const std::vector<std::uint32_t> still{0, 0};
  Slots twice = slots[0];
  for (Complex& z : twice) z *= 2;
  EXPECT_LT(worst(evaluator.rotate_sum(ciphertexts[0], still), twice), kClose);
  const std::vector<std::uint32_t> each{1, 0, 256};
  Slots mixed(sum.size());
  for (std::size_t i = 0; i < 3; ++i) {
    const Slots term = rotated(slots[i], each[i]);
    for (std::size_t j = 0; j < mixed.size(); ++j) mixed[j] += term[j];
  }
  EXPECT_LT(worst(evaluator.sum_rotated(pointers, each), mixed), kClose);
}

TEST_F(Sums, MultiplyRotatedMasksRotations) {
  // More steps than are held at a time, with absent factors and a step of 0.
  std::vector<std::uint32_t> steps;
  for (int i = 0; i < 18; ++i) steps.push_back(i % 3 == 0 ? 0 : i % 3 == 1 ? 7 : 256);
  std::vector<ckks::Plaintext> plain;
  std::vector<Slots> factors;
  for (std::size_t i = 0; i < 18; ++i) {
    factors.push_back(random_slots(200 + i, i % 2 == 0 ? 16 : 512));
    plain.push_back(evaluator.encode(factors.back(), kLevel, canonical()));
  }
  std::vector<std::vector<const ckks::Plaintext*>> rows(2, std::vector<const ckks::Plaintext*>(18, nullptr));
  std::vector<Slots> expected(2, Slots(slots[0].size()));
  for (std::size_t i = 0; i < 18; ++i) {
    for (std::size_t o = 0; o < 2; ++o) {
      if (o == 1 && i != 17) continue;
      rows[o][i] = &plain[i];
      add_product(expected[o], rotated(slots[0], steps[i]), factors[i]);
    }
  }
  const auto out = evaluator.multiply_rotated(ciphertexts[0], steps, rows);
  for (std::size_t o = 0; o < 2; ++o) {
    EXPECT_EQ(out[o].scale, canonical() * canonical());
    EXPECT_LT(worst(evaluator.rescale(out[o]), expected[o]), 4 * kClose) << o;
  }
}

TEST_F(Sums, WrongOperandsThrowWithTheirValues) {
  const auto low = evaluator.drop_to_level(ciphertexts[0], 2);
  const std::vector<const ckks::Ciphertext*> mixed{&ciphertexts[0], &low}, none;
  EXPECT_THROW(evaluator.tensor_sum(mixed, mixed), LevelError);
  EXPECT_THROW(evaluator.tensor_sum(none, none), InvalidArgument);
  const std::vector<std::uint32_t> steps{1, 1}, absent{2}, far{512}, empty;
  EXPECT_THROW(evaluator.sum_rotated(mixed, steps), LevelError);
  EXPECT_THROW(evaluator.rotate_sum(low, far), InvalidArgument);
  EXPECT_THROW(evaluator.rotate_all(low, empty), InvalidArgument);
  EXPECT_THROW(evaluator.multiply_rotated(low, steps, {{nullptr, nullptr}}), InvalidArgument);
  EXPECT_THROW(evaluator.add_plain(low, evaluator.encode({1.0}, 3, canonical())), LevelError);
  EXPECT_THROW(evaluator.encode({0x1p10}, 0, canonical()), InvalidArgument) << "would wrap around q0";
  try {
    evaluator.rotate_sum(low, absent);
    FAIL();
  } catch (const MissingKey& e) {
    EXPECT_NE(std::string(e.what()).find("rotation by 2"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace hetal
