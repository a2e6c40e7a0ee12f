// The samplers have their distributions: goodness of fit, tails, independence. The seeds are fixed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "random/random.h"

namespace hetal {
namespace {

/// Pearson's statistic of counts against expected counts; each expectation is 5 or more.
double chi_square(const std::vector<double>& counts, const std::vector<double>& expected) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    EXPECT_GE(expected[i], 5) << i;
    sum += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
  }
  return sum;
}

/// Bounds for a chi-square variable: five deviations of the cube-root approximation (Wilson and Hilferty). The
/// statistic of a right sampler is outside with a probability below 1e-6; one that is far too even is refused, too.
void expect_chi_square(double actual, std::size_t degrees) {
  const double k = static_cast<double>(degrees), v = 2 / (9 * k);
  EXPECT_LT(actual, k * std::pow(1 - v + 5 * std::sqrt(v), 3));
  EXPECT_GT(actual, k * std::pow(std::max(0.0, 1 - v - 5 * std::sqrt(v)), 3));
}

double gaussian_weight(int k) { return std::exp(-k * k / (2 * 3.19 * 3.19)); }

/// Every value of the table, the rarest (|k| >= 15, 1e-5 together) in one bin on each side.
TEST(Samplers, GaussianHasTheDistributionOfItsDeviation) {
  constexpr std::size_t kCount = 1 << 22;
  constexpr int kTail = 15, kBound = 19;
  std::vector<std::int64_t> values(kCount);
  Random random(Random::insecure_seed(11), 0);
  random.gaussian(values.data(), kCount);
  double total = 0;
  for (int k = -kBound; k <= kBound; ++k) total += gaussian_weight(k);
  std::vector<double> counts(2 * kTail + 1), expected(2 * kTail + 1);
  for (int k = -kBound; k <= kBound; ++k) {
    expected[static_cast<std::size_t>(std::clamp(k, -kTail, kTail) + kTail)] += kCount * gaussian_weight(k) / total;
  }
  for (const std::int64_t value : values) {
    ++counts[static_cast<std::size_t>(std::clamp<std::int64_t>(value, -kTail, kTail) + kTail)];
  }
  expect_chi_square(chi_square(counts, expected), counts.size() - 1);
}

/// The tail beyond 4 deviations is there and has its size; beyond the cut there is nothing.
TEST(Samplers, GaussianHasItsTailAndItsCut) {
  constexpr std::size_t kCount = 1 << 22;
  std::vector<std::int64_t> values(kCount);
  Random random(Random::insecure_seed(12), 0);
  random.gaussian(values.data(), kCount);
  double total = 0, tail = 0;
  for (int k = -19; k <= 19; ++k) {
    total += gaussian_weight(k);
    if (std::abs(k) >= 13) tail += gaussian_weight(k);
  }
  const double expected = kCount * tail / total;
  const auto actual = static_cast<double>(
      std::count_if(values.begin(), values.end(), [](std::int64_t value) { return std::abs(value) >= 13; }));
  EXPECT_NEAR(actual, expected, 5 * std::sqrt(expected));
  EXPECT_LE(*std::max_element(values.begin(), values.end()), 19);
  EXPECT_GE(*std::min_element(values.begin(), values.end()), -19);
}

TEST(Samplers, TernaryValuesAndPairsAreUniform) {
  constexpr std::size_t kCount = 1 << 21;
  std::vector<std::int64_t> values(kCount);
  Random random(Random::insecure_seed(13), 0);
  random.ternary(values.data(), kCount);
  std::vector<double> counts(3), pairs(9);
  for (std::size_t i = 0; i < kCount; ++i) {
    ++counts.at(static_cast<std::size_t>(values[i] + 1));
    if (i % 2 == 1) ++pairs.at(static_cast<std::size_t>(3 * (values[i - 1] + 1) + values[i] + 1));
  }
  expect_chi_square(chi_square(counts, std::vector<double>(3, kCount / 3.0)), 2);
  expect_chi_square(chi_square(pairs, std::vector<double>(9, kCount / 18.0)), 8);
}

/// Positions, signs and the exact weight.
TEST(Samplers, SparseVectorsHaveTheirWeightAnywhereWithEitherSign) {
  constexpr std::size_t kN = 256, kWeight = 32, kVectors = 8192;
  std::vector<double> places(kN), signs(2);
  std::vector<std::int64_t> vector(kN);
  Random random(Random::insecure_seed(14), 0);
  for (std::size_t v = 0; v < kVectors; ++v) {
    random.sparse_ternary(vector.data(), kN, kWeight);
    std::size_t weight = 0;
    for (std::size_t i = 0; i < kN; ++i) {
      if (vector[i] == 0) continue;
      ASSERT_EQ(std::abs(vector[i]), 1);
      ++places[i], ++signs[vector[i] > 0 ? 1 : 0], ++weight;
    }
    ASSERT_EQ(weight, kWeight);
  }
  // Places of one vector exclude each other, which makes the counts a little more even: the factor is 1 - h/N.
  const double exact = 1 - static_cast<double>(kWeight) / kN;
  expect_chi_square(chi_square(places, std::vector<double>(kN, kVectors * kWeight / static_cast<double>(kN))) / exact,
                    kN - 1);
  expect_chi_square(chi_square(signs, std::vector<double>(2, kVectors * kWeight / 2.0)), 1);
}

/// The rejection of residues leaves no bias, also just above a power of two, where half of the candidates are refused.
TEST(Samplers, ResiduesAreUniform) {
  constexpr std::size_t kCount = 1 << 20, kBins = 64;
  for (const std::uint64_t q : {std::uint64_t{(1u << 20) + 7}, std::uint64_t{1125899906826241}}) {
    std::vector<std::uint64_t> values(kCount);
    Random random(Random::insecure_seed(15), q);
    random.uniform(values.data(), kCount, q);
    std::vector<double> counts(kBins);
    for (const std::uint64_t value : values) {
      ASSERT_LT(value, q);
      ++counts[static_cast<std::size_t>(static_cast<double>(value) / static_cast<double>(q) * kBins)];
    }
    expect_chi_square(chi_square(counts, std::vector<double>(kBins, kCount / static_cast<double>(kBins))), kBins - 1);
  }
}

/// Errors of two streams of a seed, and of two seeds, are independent in every coefficient.
TEST(Samplers, ErrorsOfStreamsAndSeedsAreIndependent) {
  constexpr std::size_t kCount = 1 << 18;
  const auto draw = [](std::uint64_t seed, std::uint64_t stream) {
    std::vector<std::int64_t> out(kCount);
    Random(Random::insecure_seed(seed), stream).gaussian(out.data(), out.size());
    return out;
  };
  const auto first = draw(16, 1);
  for (const auto& other : {draw(16, 2), draw(17, 1)}) {
    double correlation = 0;
    std::size_t equal = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      correlation += static_cast<double>(first[i] * other[i]) / (3.19 * 3.19);
      equal += first[i] == other[i] ? 1 : 0;
    }
    EXPECT_LT(std::abs(correlation), 5 * std::sqrt(static_cast<double>(kCount)));
    EXPECT_NEAR(static_cast<double>(equal), kCount / (2 * std::sqrt(std::numbers::pi) * 3.19), 5 * std::sqrt(kCount));
  }
}

}  // namespace
}  // namespace hetal
