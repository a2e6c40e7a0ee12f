// Modular arithmetic against 128-bit integers at the boundaries of every interval that a function promises.
#include "arith/modulus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "base/error.h"

namespace hetal {
namespace {

using Wide = unsigned __int128;

/// The least and the largest modulus that is allowed, and primes of parameter sets between them.
const std::vector<Word>& moduli() {
  static const std::vector<Word> out{(Word{1} << 40) + 15,  // the least prime above 2^40
                                     nearest_ntt_prime(std::exp2(40.5), 1u << 16, {}),
                                     nearest_ntt_prime(std::exp2(42), 1u << 16, {}),
                                     nearest_ntt_prime(std::exp2(49), 1u << 10, {}),
                                     nearest_ntt_prime(std::exp2(50), 1u << 16, {}),
                                     (Word{1} << 50) - 27};  // the largest prime below 2^50
  return out;
}

/// Residues at the ends, in the middle, and at random.
std::vector<Word> residues(Word q) {
  std::vector<Word> out{0, 1, 2, q / 2 - 1, q / 2, q / 2 + 1, q - 2, q - 1};
  std::mt19937_64 random(q);
  for (int i = 0; i < 40; ++i) out.push_back(random() % q);
  return out;
}

TEST(Modulus, TheTestModuliArePrime) {
  for (Word q : moduli()) EXPECT_TRUE(is_prime(q)) << q;
  for (Word between = (Word{1} << 40) + 1; between < moduli().front(); ++between) EXPECT_FALSE(is_prime(between));
  for (Word between = moduli().back() + 1; between < Word{1} << 50; ++between) EXPECT_FALSE(is_prime(between));
}

TEST(Modulus, AddSubMulAndNegateAreThoseOfIntegers) {
  for (Word q : moduli()) {
    const Modulus m(q);
    ASSERT_EQ(m.value(), q);
    for (Word a : residues(q)) {
      EXPECT_EQ(m.negate(a), (q - a) % q);
      for (Word b : residues(q)) {
        EXPECT_EQ(m.add(a, b), static_cast<Word>((Wide{a} + b) % q));
        EXPECT_EQ(m.sub(a, b), static_cast<Word>((Wide{a} + q - b) % q));
        EXPECT_EQ(m.mul(a, b), static_cast<Word>(Wide{a} * b % q));
      }
    }
  }
}

TEST(Modulus, ReduceTakesEveryInteger) {
  for (Word q : moduli()) {
    const Modulus m(q);
    const Wide largest = ~Wide{0};
    for (Wide x : {Wide{0}, Wide{q} - 1, Wide{q}, Wide{q} + 1, Wide{q} * q, Wide{q} * q - 1, Wide{1} << 64,
                   Wide{1} << 127, largest - 1, largest}) {
      EXPECT_EQ(m.reduce(x), static_cast<Word>(x % q));
    }
    const std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                       most = std::numeric_limits<std::int64_t>::max();
    const auto signed_q = static_cast<std::int64_t>(q);
    for (std::int64_t x : {least, least + 1, -signed_q - 1, -signed_q, -signed_q + 1, std::int64_t{-1}, std::int64_t{0},
                           std::int64_t{1}, signed_q - 1, signed_q, signed_q + 1, most - 1, most}) {
      const __int128 r = static_cast<__int128>(x) % signed_q;
      EXPECT_EQ(m.reduce_signed(x), static_cast<Word>(r < 0 ? r + signed_q : r)) << x;
    }
  }
}

/// For any a below 2^52, far above q.
TEST(Modulus, MulShoupIsExactUpToItsBound) {
  for (Word q : moduli()) {
    const Modulus m(q);
    for (Word w : residues(q)) {
      const Word shoup = m.shoup(w);
      EXPECT_EQ(shoup, static_cast<Word>((Wide{w} << kShoupBits) / q));
      std::vector<Word> factors = residues(q);
      for (Word a : {q, q + 1, 2 * q - 1, 2 * q, 4 * q - 1, 4 * q, (Word{1} << 52) - 2, (Word{1} << 52) - 1})
        if (a >> kShoupBits == 0) factors.push_back(a);
      for (Word a : factors) EXPECT_EQ(m.mul_shoup(a, w, shoup), static_cast<Word>(Wide{a} * w % q)) << a << " " << w;
    }
  }
}

TEST(Modulus, ConstantsAreWhatTheirCommentsSay) {
  for (Word q : moduli()) {
    const ModulusConstants c = Modulus(q);
    EXPECT_EQ(c.q, q);
    EXPECT_EQ(c.shoup_of_one, (Word{1} << 52) / q);
    EXPECT_EQ(c.two52, (Word{1} << 52) % q);
    EXPECT_EQ(c.two52_shoup, static_cast<Word>((Wide{c.two52} << 52) / q));
    EXPECT_EQ(c.reciprocal, static_cast<Word>((Wide{1} << (52 + kFractionBits)) / q));
    EXPECT_LT(c.reciprocal, Word{1} << 52);
  }
}

TEST(Modulus, PowersAndInverses) {
  for (Word q : moduli()) {
    const Modulus m(q);
    EXPECT_EQ(m.pow(0, 0), 1u);
    EXPECT_EQ(m.pow(0, 5), 0u);
    EXPECT_EQ(m.pow(q + 3, 2), 9u) << "the base is reduced first";
    Word power = 1;
    for (Word e = 0; e < 70; ++e, power = m.mul(power, q - 2)) EXPECT_EQ(m.pow(q - 2, e), power) << e;
    for (Word a : residues(q)) {
      if (a == 0) continue;
      EXPECT_EQ(m.mul(a, m.inverse(a)), 1u) << a;
      EXPECT_EQ(m.pow(a, q - 1), 1u) << a << ": Fermat";
    }
    EXPECT_EQ(m.inverse(q - 1), q - 1);
    EXPECT_THROW(m.inverse(0), InvalidArgument);
    EXPECT_THROW(m.inverse(q), InvalidArgument);
  }
}

TEST(Modulus, RefusesWhatIsNotAnOddNumberBetweenItsBounds) {
  for (Word q : {Word{0}, Word{1}, Word{3}, (Word{1} << 40) - 1, Word{1} << 40, (Word{1} << 49) + 2, Word{1} << 50,
                 (Word{1} << 50) + 1, ~Word{0}}) {
    EXPECT_THROW(Modulus{q}, InvalidArgument) << q;
  }
  EXPECT_NO_THROW(Modulus{(Word{1} << 40) + 1}) << "whether it is prime is the caller's to know";
}

TEST(Primes, AgreeWithTrialDivision) {
  const auto divides = [](Word n) {
    for (Word d = 2; d * d <= n; ++d)
      if (n % d == 0) return false;
    return n > 1;
  };
  for (Word n = 0; n < 5000; ++n) EXPECT_EQ(is_prime(n), divides(n)) << n;
  for (Word n = (Word{1} << 32) - 40; n < (Word{1} << 32) + 40; ++n) EXPECT_EQ(is_prime(n), divides(n)) << n;
}

/// Composite numbers that pass weaker tests: Carmichael numbers, and strong pseudoprimes to the first 2 to 12 bases
/// (OEIS A014233).
TEST(Primes, PseudoprimesAreComposite) {
  for (Word n : {561ull, 41041ull, 825265ull, 2047ull, 1373653ull, 25326001ull, 3215031751ull, 2152302898747ull,
                 3474749660383ull, 341550071728321ull, 3825123056546413051ull}) {
    EXPECT_FALSE(is_prime(n)) << n;
  }
  EXPECT_TRUE(is_prime(18446744073709551557ull)) << "the largest prime below 2^64";
  EXPECT_FALSE(is_prime(18446744073709551615ull));
  EXPECT_FALSE(is_prime(4294967291ull * 4294967279ull)) << "a product of two primes near 2^32";
}

TEST(Primes, TheSearchFindsTheNearestThatIsFree) {
  for (const std::uint32_t n : {1u << 10, 1u << 14, 1u << 16}) {
    const Word step = 2 * Word{n};
    for (const double target : {std::exp2(42.0), std::exp2(45.3), std::exp2(49.9), std::exp2(50.0)}) {
      std::vector<Word> taken;
      Word farthest = 0;
      for (int i = 0; i < 6; ++i) {
        const Word q = nearest_ntt_prime(target, n, taken);
        EXPECT_TRUE(is_prime(q));
        EXPECT_EQ(q % step, 1u);
        EXPECT_LT(q, Word{1} << kMaxPrimeBits);
        EXPECT_EQ(std::find(taken.begin(), taken.end(), q), taken.end()) << "taken twice";
        taken.push_back(q);
        const auto distance = static_cast<Word>(std::abs(static_cast<double>(q) - target));
        EXPECT_GE(distance + step, farthest) << "a nearer one was left out";
        farthest = std::max(farthest, distance);
      }
      // No candidate that is nearer than the last one is left.
      const std::set<Word> found(taken.begin(), taken.end());
      const auto centre = static_cast<Word>(std::llround(target / static_cast<double>(step))) * step + 1;
      const Word last = taken.back(), distance = last > centre ? last - centre : centre - last;
      for (Word d = 0; d < distance; d += step) {
        for (Word q : {centre - d, centre + d}) {
          if (q < Word{1} << kMaxPrimeBits && is_prime(q)) { EXPECT_TRUE(found.contains(q)) << q; }
        }
      }
    }
  }
}

TEST(Roots, HaveExactlyTheOrderThatIsAsked) {
  for (const std::uint32_t n : {1u << 2, 1u << 10, 1u << 16}) {
    const Modulus q(nearest_ntt_prime(std::exp2(45), 1u << 16, {}));
    const Word root = primitive_root_2n(q, n);
    EXPECT_EQ(q.pow(root, n), q.value() - 1) << "its N-th power is -1, so its order is 2N";
    EXPECT_EQ(q.pow(root, 2 * Word{n}), 1u);
    EXPECT_EQ(primitive_root_2n(q, n), root) << "the same each time";
  }
  const Modulus small(nearest_ntt_prime(std::exp2(45), 1u << 10, {}));
  EXPECT_NO_THROW(primitive_root_2n(small, 1u << 10));
  EXPECT_THROW(primitive_root_2n(Modulus((Word{1} << 50) - 27), 1u << 10), InvalidArgument) << "not 1 mod 2N";
}

}  // namespace
}  // namespace hetal
