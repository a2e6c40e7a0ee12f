#include "openfhe/transforms.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "openfhe/operations.h"
#include "openfhe/secret.h"

namespace hetal::openfhe {
namespace {

using Slots = std::vector<std::complex<double>>;

constexpr std::size_t kSlots = 512;

Slots random_values(std::size_t count, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Slots out(count);
  for (auto& value : out) value = {uniform(generator), uniform(generator)};
  return out;
}

class OpenFheTransforms : public ::testing::Test {
 protected:
  static constexpr int kTop = 4;
  static inline const double kScale = std::exp2(50);

  void SetUp() override {
    context_ =
        make_context({.ring_degree = 2 * kSlots, .depth = kTop, .scaling_bits = 50, .first_bits = 60, .digits = 2});
    keys_ = context_->KeyGen();
  }
  void TearDown() override { release_context(context_); }

  void make_keys(const std::vector<int>& steps) { context_->EvalRotateKeyGen(keys_.secretKey, steps); }
  Ciphertext encrypted(const Slots& slots, int at) {
    return context_->Encrypt(keys_.publicKey, encode(context_, slots, kScale, static_cast<std::size_t>(at) + 1));
  }
  /// Both ends of the error, so that a result that was never encrypted would fail, too.
  void expect_slots(const Ciphertext& actual, const Slots& expected) {
    EXPECT_EQ(scale_degree(actual), 1);
    const Slots slots = decrypt(context_, keys_.secretKey, actual, kScale);
    double worst = 0;
    for (std::size_t i = 0; i < kSlots; ++i)
      worst = std::max(worst, std::abs(slots[i] - expected[i % expected.size()]));
    EXPECT_LT(worst, 0x1p-24);
    EXPECT_GT(worst, 0x1p-48);
  }

  Context context_;
  lbcrypto::KeyPair<Polynomial> keys_;
};

TEST_F(OpenFheTransforms, SumAddsTheFollowingSlots) {
  make_keys({1, 2, 4});
  const Slots x = random_values(kSlots, 1);
  const Ciphertext a = encrypted(x, kTop);
  Slots expected(kSlots);
  for (std::size_t i = 0; i < kSlots; ++i) {
    for (std::size_t j = 0; j < 8; ++j) expected[i] += x[(i + j) % kSlots];
  }
  const Ciphertext out = sum(context_, a, 8);
  EXPECT_EQ(level(out), kTop);
  expect_slots(out, expected);
  expect_slots(sum(context_, a, 1), x);
  EXPECT_THROW(sum(context_, a, 16), MissingKey);
  EXPECT_THROW(sum(context_, a, 6), InvalidArgument);
  EXPECT_THROW(sum(context_, a, 1024), InvalidArgument);
  EXPECT_THROW(sum(context_, a, 0), InvalidArgument);
}

TEST_F(OpenFheTransforms, InnerProductMultipliesAndSums) {
  make_keys({1, 2});
  const Slots x = random_values(4, 2), y = random_values(4, 3);
  const Ciphertext a = encrypted(x, 3), b = encrypted(y, 3);
  EXPECT_THROW(inner_product(context_, a, b, 4), MissingKey);  // the relinearization key
  context_->EvalMultKeyGen(keys_.secretKey);
  std::complex<double> expected;
  for (std::size_t i = 0; i < 4; ++i) expected += x[i] * y[i];
  const Ciphertext out = inner_product(context_, a, b, 4);
  EXPECT_EQ(level(out), 2);
  EXPECT_EQ(parts(out), 2);
  expect_slots(out, {expected});
  const auto plain = encode(context_, y, kScale, 4);
  expect_slots(inner_product(context_, a, plain, 4), {expected});
  expect_slots(inner_product(context_, a, b, 1), {x[0] * y[0], x[1] * y[1], x[2] * y[2], x[3] * y[3]});
  EXPECT_THROW(inner_product(context_, a, encode(context_, y, kScale, 3), 4), LevelError);
  EXPECT_THROW(inner_product(context_, a, drop_to_level(context_, b, 2), 4), LevelError);
  EXPECT_THROW(inner_product(context_, drop_to_level(context_, a, 0), drop_to_level(context_, b, 0), 4), LevelError);
  EXPECT_THROW(inner_product(context_, a, b, 8), MissingKey);
}

TEST_F(OpenFheTransforms, LinearTransformMultipliesByAMatrix) {
  for (const int size : {2, 8, 32}) {
    make_keys(linear_transform_steps(context_, size));
    const auto n = static_cast<std::size_t>(size);
    const Slots matrix = random_values(n * n, 4), x = random_values(n, 5);
    const LinearTransform transform = prepare_linear_transform(context_, size, matrix, 3);
    Slots expected(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) expected[i] += matrix[i * n + j] * x[j];
    }
    const Ciphertext out = linear_transform(transform, encrypted(x, 3));
    EXPECT_EQ(level(out), 2);
    expect_slots(out, expected);
  }
}

TEST_F(OpenFheTransforms, LinearTransformOfAllSlotsAndWithEmptyDiagonals) {
  make_keys(linear_transform_steps(context_, kSlots));
  // A permutation: slot i takes slot 3 i + 1; most of its diagonals are nothing but zeros.
  Slots matrix(kSlots * kSlots), expected(kSlots);
  const Slots x = random_values(kSlots, 6);
  for (std::size_t i = 0; i < kSlots; ++i) {
    matrix[i * kSlots + (3 * i + 1) % kSlots] = 1;
    expected[i] = x[(3 * i + 1) % kSlots];
  }
  expect_slots(linear_transform(prepare_linear_transform(context_, kSlots, matrix, 1), encrypted(x, 1)), expected);
}

TEST_F(OpenFheTransforms, LinearTransformRefusesBadInput) {
  const Slots identity{1, 0, 0, 1};
  EXPECT_THROW(prepare_linear_transform(context_, 2, Slots(3), 2), InvalidArgument);
  EXPECT_THROW(prepare_linear_transform(context_, 3, Slots(9), 2), InvalidArgument);
  EXPECT_THROW(prepare_linear_transform(context_, 2048, identity, 2), InvalidArgument);
  EXPECT_THROW(prepare_linear_transform(context_, 2, identity, 0), LevelError);
  EXPECT_THROW(prepare_linear_transform(context_, 2, identity, kTop + 1), LevelError);
  EXPECT_THROW(prepare_linear_transform(context_, 2, {1, std::nan(""), 0, 1}, 2), InvalidArgument);
  const LinearTransform transform = prepare_linear_transform(context_, 2, identity, 2);
  EXPECT_THROW(linear_transform(transform, encrypted({0.5}, 2)), MissingKey);
  EXPECT_THROW(linear_transform(transform, encrypted({0.5}, 3)), LevelError);
  EXPECT_THROW(linear_transform(transform, multiply(context_, encrypted({0.5}, 2), 2.0)), ScaleError);
}

}  // namespace
}  // namespace hetal::openfhe
