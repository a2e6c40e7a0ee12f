// The base changes against exact integer arithmetic, and the encoder against its own inverse.
#include "ckks/context.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace hetal::ckks {
namespace {

std::vector<std::int64_t> small_integers(std::size_t n, std::int64_t bound, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> out(n);
  for (auto& x : out) x = static_cast<std::int64_t>(random() % static_cast<Word>(2 * bound + 1)) - bound;
  return out;
}

std::vector<Word> words(const Context& context, const RnsPoly& a) {
  std::vector<Word> out(static_cast<std::size_t>(context.limbs(a.basis())) * context.n());
  context.device().download(out.data(), a.data(), out.size());
  return out;
}

TEST(Context, ModDownDividesAndRoundsToNearest) {
  const Context context(Parameters::named("insecure_n10_l12"), 2);
  const auto x = small_integers(context.n(), std::int64_t{1} << 61, 7);
  // One limb dropped: round(x / q_5) for each coefficient.
  const RnsPoly down = context.mod_down(context.from_coefficients(x, {6, false}), 1);
  const auto q = static_cast<std::int64_t>(context.parameters().q()[5]);
  std::vector<std::int64_t> expected;
  for (std::int64_t v : x) {
    const auto quotient =
        static_cast<std::int64_t>(std::floor(static_cast<long double>(v) / static_cast<long double>(q) + 0.5L));
    expected.push_back(quotient);
  }
  EXPECT_EQ(words(context, down), words(context, context.from_coefficients(expected, {5, false})));
}

TEST(Context, ModUpKeepsTheCentredValue) {
  const Context context(Parameters::named("insecure_n10_l12"), 2);
  const int level = 12;
  const auto x = small_integers(context.n(), std::int64_t{1} << 60, 8);
  const auto& conversion = *context.digit_conversions(level)[1];
  RnsPoly digit = context.allocate({static_cast<int>(conversion.source.size()), false});
  const device::Limbs limbs{digit.data(), conversion.source.data(),
                            static_cast<std::uint32_t>(conversion.source.size())};
  context.device().from_signed(limbs, x.data());
  RnsPoly up = context.allocate({level + 1, true});
  context.device().mod_up(up.data(), digit.data(), conversion);
  EXPECT_EQ(words(context, up), words(context, context.from_coefficients(x, {level + 1, true})));
}

TEST(Context, AutomorphismInEvaluationFormIsTheOneOnCoefficients) {
  const Context context(Parameters::named("insecure_n10_l12"), 1);
  const std::size_t n = context.n();
  const auto x = small_integers(n, 1000, 9);
  for (std::uint32_t galois : {5u, 25u, static_cast<std::uint32_t>(2 * n - 1)}) {
    std::vector<std::int64_t> expected(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t k = i * galois % (2 * n);
      expected[k % n] = k < n ? x[i] : -x[i];
    }
    const RnsPoly a = context.from_coefficients(x, {3, true});
    const RnsPoly b = context.allocate({3, true});
    context.device().automorphism(context.view(b), a.data(), galois);
    EXPECT_EQ(words(context, b), words(context, context.from_coefficients(expected, {3, true})));
  }
}

TEST(Context, ThreadsDoNotChangeResults) {
  const auto x = small_integers(1u << 12, std::int64_t{1} << 60, 10);
  std::vector<std::vector<Word>> results;
  for (int threads : {1, 2, 3}) {
    const Context context(Parameters::named("insecure_n12_l12"), threads);
    results.push_back(words(context, context.mod_down(context.from_coefficients(x, {9, true}), 1)));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(Encoder, DecodeUndoesEncode) {
  const Encoder encoder(1u << 12);
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (std::size_t count : {std::size_t{1}, std::size_t{8}, std::size_t{1} << 11}) {
    std::vector<std::complex<double>> slots(count);
    for (auto& z : slots) z = {uniform(random), uniform(random)};
    const double scale = 0x1p42;
    std::vector<double> coefficients;
    for (std::int64_t c : encoder.encode(slots, scale)) coefficients.push_back(static_cast<double>(c) / scale);
    const auto back = encoder.decode(coefficients);
    for (std::size_t i = 0; i < back.size(); ++i) EXPECT_LT(std::abs(back[i] - slots[i % count]), 1e-10);
  }
}

}  // namespace
}  // namespace hetal::ckks
