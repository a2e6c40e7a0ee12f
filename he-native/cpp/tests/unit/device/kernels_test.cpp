// The kernels of every path equal their definitions, word for word.
#include "device/cpu/kernel_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include "device/cpu/ntt_table.h"
#include "device/device.h"

namespace hetal::device {

#if defined(__x86_64__)
/// Of emulated_avx512/kernels.cpp.
extern const Kernels kEmulatedAvx512IfmaKernels;
#endif

namespace {

std::vector<Modulus> some_primes(std::uint32_t n) {
  std::vector<Modulus> out;
  // The last one is the largest prime below 2^50.
  for (double bits : {40.01, 41.0, 45.3, 49.0, 50.0}) out.emplace_back(nearest_ntt_prime(std::exp2(bits), n, {}));
  return out;
}

std::vector<Word> residues(std::size_t n, const Modulus& q, std::mt19937_64& random) {
  std::vector<Word> out(n);
  // The ends of the range, and the middle, where a centred residue changes its sign, more often than chance has them.
  const Word edges[] = {0, 1, q.value() - 1, (q.value() - 1) / 2, (q.value() + 1) / 2};
  for (Word& w : out) {
    const Word r = random();
    w = r % 16 < 5 ? edges[r % 16] : (r >> 4) % q.value();
  }
  return out;
}

/// Vectors of one value each, and alternating ones: what makes sums largest.
std::vector<std::vector<Word>> extremes(std::size_t n, const Modulus& q) {
  std::vector<std::vector<Word>> out;
  for (Word w : {Word{0}, Word{1}, q.value() - 1, (q.value() - 1) / 2, (q.value() + 1) / 2}) out.emplace_back(n, w);
  std::vector<Word> alternating(n);
  for (std::size_t i = 0; i < n; ++i) alternating[i] = i % 2 == 0 ? 0 : q.value() - 1;
  out.push_back(std::move(alternating));
  return out;
}

/// The definition of the transform, and the readable twin of every path's: canonical after every step.
void reference_ntt(std::vector<Word>& x, const Modulus& q) {
  const auto n = static_cast<std::uint32_t>(x.size());
  int bits = 0;
  while ((1u << bits) < n) ++bits;
  const Word psi = primitive_root_2n(q, n);
  std::vector<Word> root(n);
  Word power = 1;
  for (std::uint32_t i = 0; i < n; ++i, power = q.mul(power, psi)) {
    std::uint32_t reversed = 0;
    for (int b = 0; b < bits; ++b) reversed |= ((i >> b) & 1u) << (bits - 1 - b);
    root[reversed] = power;
  }
  for (std::size_t groups = 1, gap = n / 2; gap > 0; groups *= 2, gap /= 2) {
    for (std::size_t g = 0; g < groups; ++g) {
      for (std::size_t i = 2 * g * gap; i < (2 * g + 1) * gap; ++i) {
        const Word a = x[i], b = q.mul(x[i + gap], root[groups + g]);
        x[i] = q.add(a, b);
        x[i + gap] = q.sub(a, b);
      }
    }
  }
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

TEST_P(FastKernels, NttEqualsItsDefinitionBothWays) {
  std::mt19937_64 random(2);
  for (int log_n = 4; log_n <= 17; ++log_n) {
    const std::uint32_t n = 1u << log_n;
    auto primes = some_primes(n);
    // Long transforms modulo the least and the largest only: the test also runs on emulated processors.
    if (log_n > 13) primes.erase(primes.begin() + 1, primes.end() - 1);
    for (const Modulus& q : primes) {
      const NttTable table(q, n, fast());
      auto inputs = extremes(n, q);
      if (log_n > 12) inputs.erase(inputs.begin(), inputs.begin() + 5);
      inputs.push_back(residues(n, q, random));
      for (const auto& input : inputs) {
        auto x = input, expected = input;
        fast().ntt(x.data(), table);
        reference_ntt(expected, q);
        ASSERT_EQ(x, expected) << n << " " << q.value();
        fast().intt(x.data(), table);
        ASSERT_EQ(x, input) << n << " " << q.value();
        // Inputs of the inverse need not be transforms of small vectors.
        x = input;
        fast().intt(x.data(), table);
        reference_ntt(x, q);
        ASSERT_EQ(x, input) << n << " " << q.value();
      }
    }
  }
}

TEST_P(FastKernels, PointwiseEqualsItsDefinition) {
  const std::uint32_t n = 64;
  std::mt19937_64 random(3);
  const Kernels& f = fast();
  for (const Modulus& q : some_primes(n)) {
    auto left = extremes(n, q);
    left.push_back(residues(n, q, random));
    const auto right = left;
    for (const auto& a : left) {
      for (const auto& b : right) {
        std::vector<Word> x(n), y(n);
        auto expect = [&](const char* what, const std::function<Word(Word, Word)>& definition) {
          for (std::size_t i = 0; i < n; ++i) y[i] = definition(a[i], b[i]);
          EXPECT_EQ(x, y) << what << " " << q.value();
        };
        f.add(x.data(), a.data(), b.data(), n, q);
        expect("add", [&](Word u, Word v) { return q.add(u, v); });
        f.sub(x.data(), a.data(), b.data(), n, q);
        expect("sub", [&](Word u, Word v) { return q.sub(u, v); });
        f.negate(x.data(), a.data(), n, q);
        expect("negate", [&](Word u, Word) { return q.negate(u); });
        f.mul(x.data(), a.data(), b.data(), n, q);
        expect("mul", [&](Word u, Word v) { return q.mul(u, v); });
        for (Word w :
             {Word{0}, Word{1}, q.value() - 1, (q.value() - 1) / 2, (q.value() + 1) / 2, random() % q.value()}) {
          f.mul_scalar(x.data(), a.data(), w, n, q);
          expect("mul_scalar", [&](Word u, Word) { return q.mul(u, w); });
          x = b;
          f.mul_scalar_add(x.data(), a.data(), w, n, q);
          expect("mul_scalar_add", [&](Word u, Word v) { return q.add(v, q.mul(u, w)); });
          f.sub_mul_scalar(x.data(), a.data(), b.data(), w, n, q);
          expect("sub_mul_scalar", [&](Word u, Word v) { return q.mul(q.sub(u, v), w); });
          std::vector<Word> fraction(n, 7);
          f.scale_for_conversion(x.data(), fraction.data(), a.data(), w, n, q);
          expect("scale_for_conversion", [&](Word u, Word) { return q.mul(u, w); });
          for (std::size_t i = 0; i < n; ++i) {
            ASSERT_EQ(fraction[i],
                      7 + static_cast<Word>((static_cast<unsigned __int128>(y[i]) * q.reciprocal()) >> 52));
          }
        }
      }
    }
  }
}

TEST_P(FastKernels, SumsOfProductsEqualTheirDefinition) {
  const std::uint32_t n = 64;
  constexpr int kLogRun = 4;
  std::mt19937_64 random(4);
  for (const Modulus& q : some_primes(n)) {
    for (std::size_t terms = 1; terms <= kMaxLazyTerms; ++terms) {
      for (int kind = 0; kind < 3; ++kind) {
        std::vector<std::vector<Word>> a, b;
        std::vector<const Word*> pa, pb;
        for (std::size_t t = 0; t < terms; ++t) {
          for (auto* out : {&a, &b}) {
            out->push_back(kind == 0   ? residues(n, q, random)
                           : kind == 1 ? std::vector<Word>(n, q.value() - 1)
                                       : std::vector<Word>(n, (q.value() + 1) / 2 - t % 2));
          }
          pa.push_back(a.back().data()), pb.push_back(b.back().data());
        }
        const auto start = residues(n, q, random);
        for (bool accumulate : {false, true}) {
          auto sums = [&](int log_run) {
            std::vector<Word> out(n);
            for (std::size_t i = 0; i < n; ++i) {
              out[i] = accumulate ? start[i] : 0;
              for (std::size_t t = 0; t < terms; ++t) out[i] = q.add(out[i], q.mul(a[t][i], b[t][i >> log_run]));
            }
            return out;
          };
          auto x = start;
          fast().dot(x.data(), pa.data(), pb.data(), terms, accumulate, n, q);
          EXPECT_EQ(x, sums(0));
          x = start;
          fast().dot_runs(x.data(), pa.data(), pb.data(), terms, accumulate, kLogRun, n, q);
          EXPECT_EQ(x, sums(kLogRun));
        }
      }
    }
  }
}

TEST_P(FastKernels, ConversionsEqualTheirDefinition) {
  const std::uint32_t n = 64;
  std::mt19937_64 random(8);
  for (const Modulus& q : some_primes(n)) {
    for (std::size_t terms = 1; terms <= kMaxConversionTerms; ++terms) {
      for (bool largest : {false, true}) {
        std::vector<std::vector<Word>> y;
        std::vector<const Word*> rows;
        std::vector<Word> hat, overflow(n);
        for (std::size_t t = 0; t < terms; ++t) {
          // Residues modulo another prime: below 2^50, not below q.
          y.emplace_back(n);
          for (Word& w : y.back()) w = largest ? (Word{1} << 50) - 1 : random() >> 14;
          rows.push_back(y.back().data());
          hat.push_back(largest ? q.value() - 1 : random() % q.value());
        }
        for (Word& w : overflow) w = largest ? terms : random() % (terms + 1);
        const Word negated = largest ? q.value() - 1 : random() % q.value();
        std::vector<Word> x(n), expected(n);
        fast().convert(x.data(), rows.data(), hat.data(), terms, overflow.data(), negated, n, q);
        for (std::size_t i = 0; i < n; ++i) {
          unsigned __int128 sum = static_cast<unsigned __int128>(overflow[i]) * negated;
          for (std::size_t t = 0; t < terms; ++t) sum += static_cast<unsigned __int128>(y[t][i]) * hat[t];
          expected[i] = q.reduce(sum);
        }
        EXPECT_EQ(x, expected) << terms << " " << q.value();
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
    integers[0] = INT64_MIN, integers[1] = INT64_MAX, integers[2] = 0, integers[3] = -1;
    integers[4] = -static_cast<std::int64_t>(q.value()), integers[5] = static_cast<std::int64_t>(q.value());
    f.from_signed(x.data(), integers.data(), n, q);
    for (std::size_t i = 0; i < n; ++i) y[i] = q.reduce_signed(integers[i]);
    EXPECT_EQ(x, y);
    a[0] = q.value() / 2, a[1] = q.value() / 2 + 1;
    for (const Modulus& to : primes) {
      f.lift_centered(x.data(), a.data(), n, q, to);
      for (std::size_t i = 0; i < n; ++i) {
        const Word half = q.value() / 2;
        y[i] = to.reduce_signed(static_cast<std::int64_t>(a[i]) -
                                (a[i] > half ? static_cast<std::int64_t>(q.value()) : 0));
      }
      EXPECT_EQ(x, y);
    }
  }
}

std::vector<KernelPath> tested_paths() {
  std::vector<KernelPath> out(kernel_paths().begin(), kernel_paths().end());
#if defined(__x86_64__)
  out.push_back({"emulated_avx512_ifma", [] { return true; }, &kEmulatedAvx512IfmaKernels});
#endif
  return out;
}

INSTANTIATE_TEST_SUITE_P(Paths, FastKernels, ::testing::ValuesIn(tested_paths()), [](const auto& info) {
  std::string name(info.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace hetal::device
