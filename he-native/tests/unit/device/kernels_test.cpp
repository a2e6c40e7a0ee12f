// Every path equals the portable kernels, and the portable kernels equal the definitions.
#include "device/cpu/kernel_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "device/cpu/ntt_table.h"

namespace hetal::device {
namespace {

std::vector<Modulus> some_primes(std::uint32_t n) {
  std::vector<Modulus> out;
  for (double bits : {41.0, 45.3, 49.0, 49.9999}) out.emplace_back(nearest_ntt_prime(std::exp2(bits), n, {}));
  return out;
}

std::vector<Word> residues(std::size_t n, const Modulus& q, std::mt19937_64& random) {
  std::vector<Word> out(n);
  for (Word& w : out) {
    const Word r = random();
    w = r % 16 == 0 ? 0 : r % 16 == 1 ? q.value() - 1 : (r >> 4) % q.value();
  }
  return out;
}

class FastKernels : public ::testing::TestWithParam<KernelPath> {
 protected:
  void SetUp() override {
    if (!GetParam().supported()) GTEST_SKIP() << "this processor does not run the path";
  }
  const Kernels& fast() const { return *GetParam().kernels; }
};

TEST(Ntt, MultipliesNegacyclically) {
  const std::uint32_t n = 64;
  std::mt19937_64 random(1);
  for (const Modulus& q : some_primes(n)) {
    const NttTable table(q, n, kPortableKernels);
    std::vector<Word> a = residues(n, q, random), b = residues(n, q, random), expected(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        Word& at = expected[(i + j) % n];
        const Word product = q.mul(a[i], b[j]);
        at = i + j < n ? q.add(at, product) : q.sub(at, product);
      }
    }
    const Kernels& k = kPortableKernels;
    k.ntt(a.data(), table), k.ntt(b.data(), table);
    k.mul(a.data(), a.data(), b.data(), n, q);
    k.intt(a.data(), table);
    EXPECT_EQ(a, expected);
  }
}

TEST_P(FastKernels, NttEqualsPortableBothWays) {
  std::mt19937_64 random(2);
  for (std::uint32_t n : {16u, 64u, 128u, 1024u, 1u << 13, 1u << 16}) {
    for (const Modulus& q : some_primes(n)) {
      const NttTable table(q, n, fast()), portable(q, n, kPortableKernels);
      std::vector<Word> x = residues(n, q, random), y = x;
      fast().ntt(x.data(), table), kPortableKernels.ntt(y.data(), portable);
      ASSERT_EQ(x, y) << n;
      fast().intt(x.data(), table), kPortableKernels.intt(y.data(), portable);
      ASSERT_EQ(x, y) << n;
    }
  }
}

TEST_P(FastKernels, PointwiseEqualsPortable) {
  const std::uint32_t n = 256;
  std::mt19937_64 random(3);
  const Kernels &f = fast(), &p = kPortableKernels;
  for (const Modulus& q : some_primes(n)) {
    const auto a = residues(n, q, random), b = residues(n, q, random);
    const Word w = random() % q.value();
    std::vector<Word> x(n), y(n);
    f.add(x.data(), a.data(), b.data(), n, q), p.add(y.data(), a.data(), b.data(), n, q);
    EXPECT_EQ(x, y);
    f.sub(x.data(), a.data(), b.data(), n, q), p.sub(y.data(), a.data(), b.data(), n, q);
    EXPECT_EQ(x, y);
    f.negate(x.data(), a.data(), n, q), p.negate(y.data(), a.data(), n, q);
    EXPECT_EQ(x, y);
    f.mul(x.data(), a.data(), b.data(), n, q), p.mul(y.data(), a.data(), b.data(), n, q);
    EXPECT_EQ(x, y);
    f.mul_scalar(x.data(), a.data(), w, n, q), p.mul_scalar(y.data(), a.data(), w, n, q);
    EXPECT_EQ(x, y);
    f.mul_scalar_add(x.data(), b.data(), w, n, q), p.mul_scalar_add(y.data(), b.data(), w, n, q);
    EXPECT_EQ(x, y);
    f.sub_mul_scalar(x.data(), a.data(), b.data(), w, n, q), p.sub_mul_scalar(y.data(), a.data(), b.data(), w, n, q);
    EXPECT_EQ(x, y);
  }
}

TEST_P(FastKernels, SumsOfProductsEqualPortable) {
  const std::uint32_t n = 256;
  std::mt19937_64 random(4);
  for (const Modulus& q : some_primes(n)) {
    for (std::size_t terms : {std::size_t{1}, std::size_t{7}, kMaxLazyTerms}) {
      for (bool extreme : {false, true}) {
        std::vector<std::vector<Word>> a, b;
        std::vector<const Word*> pa, pb;
        for (std::size_t t = 0; t < terms; ++t) {
          a.push_back(extreme ? std::vector<Word>(n, q.value() - 1) : residues(n, q, random));
          b.push_back(extreme ? std::vector<Word>(n, q.value() - 1) : residues(n, q, random));
          pa.push_back(a.back().data()), pb.push_back(b.back().data());
        }
        const auto start = residues(n, q, random);
        for (bool accumulate : {false, true}) {
          auto x = start, y = start;
          fast().dot(x.data(), pa.data(), pb.data(), terms, accumulate, n, q);
          kPortableKernels.dot(y.data(), pa.data(), pb.data(), terms, accumulate, n, q);
          EXPECT_EQ(x, y);
          fast().dot_runs(x.data(), pa.data(), pb.data(), terms, accumulate, 4, n, q);
          kPortableKernels.dot_runs(y.data(), pa.data(), pb.data(), terms, accumulate, 4, n, q);
          EXPECT_EQ(x, y);
        }
      }
    }
  }
}

TEST_P(FastKernels, BaseConversionEqualsPortable) {
  const std::uint32_t n = 256;
  std::mt19937_64 random(5);
  const auto primes = some_primes(n);
  const Kernels &f = fast(), &p = kPortableKernels;
  std::vector<std::vector<Word>> rows(primes.size(), std::vector<Word>(n));
  std::vector<const Word*> pointers;
  std::vector<Word> hat, fraction_f(n, 0), fraction_p(n, 0);
  for (std::size_t i = 0; i < primes.size(); ++i) {
    const auto x = residues(n, primes[i], random);
    const Word w = random() % primes[i].value();
    std::vector<Word> y(n);
    f.scale_for_conversion(y.data(), fraction_f.data(), x.data(), w, n, primes[i]);
    p.scale_for_conversion(rows[i].data(), fraction_p.data(), x.data(), w, n, primes[i]);
    EXPECT_EQ(y, rows[i]);
    pointers.push_back(rows[i].data());
    hat.push_back(random() % primes[0].value());
  }
  f.round_fraction(fraction_f.data(), n), p.round_fraction(fraction_p.data(), n);
  EXPECT_EQ(fraction_f, fraction_p);
  for (const Modulus& q : primes) {
    std::vector<Word> x(n), y(n);
    for (Word& h : hat) h %= q.value();
    f.convert(x.data(), pointers.data(), hat.data(), 4, fraction_f.data(), q.value() - 1, n, q);
    p.convert(y.data(), pointers.data(), hat.data(), 4, fraction_f.data(), q.value() - 1, n, q);
    EXPECT_EQ(x, y);
  }
}

TEST_P(FastKernels, PermutationsAndLiftsEqualPortable) {
  const std::uint32_t n = 256;
  std::mt19937_64 random(6);
  const Kernels &f = fast(), &p = kPortableKernels;
  // Blocks of eight move as a whole and turn inside.
  std::vector<std::uint32_t> block(n / 8), index(n);
  std::iota(block.begin(), block.end(), 0u);
  std::shuffle(block.begin(), block.end(), random);
  for (std::uint32_t i = 0; i < n; ++i) index[i] = 8 * block[i / 8] + (5 * i + block[i / 8]) % 8;
  const auto primes = some_primes(n);
  for (const Modulus& q : primes) {
    std::vector<Word> x(n), y(n);
    auto a = residues(n, q, random);
    f.permute(x.data(), a.data(), index.data(), n), p.permute(y.data(), a.data(), index.data(), n);
    EXPECT_EQ(x, y);
    std::vector<std::int64_t> integers(n);
    for (std::size_t i = 0; i < n; ++i) integers[i] = static_cast<std::int64_t>(random()) >> random() % 60;
    integers[0] = INT64_MIN, integers[1] = INT64_MAX, integers[2] = 0;
    f.from_signed(x.data(), integers.data(), n, q), p.from_signed(y.data(), integers.data(), n, q);
    EXPECT_EQ(x, y);
    a[0] = q.value() / 2, a[1] = q.value() / 2 + 1;
    for (const Modulus& to : primes) {
      f.lift_centered(x.data(), a.data(), n, q, to), p.lift_centered(y.data(), a.data(), n, q, to);
      EXPECT_EQ(x, y);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, FastKernels, ::testing::ValuesIn(kernel_paths().begin(), kernel_paths().end()),
                         [](const auto& info) {
                           std::string name(info.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace hetal::device
