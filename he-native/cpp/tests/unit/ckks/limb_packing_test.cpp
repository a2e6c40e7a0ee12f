// Residues packed to the bits of their prime, for every bit width that a prime can have, against a packing bit by bit.
#include "ckks/limb_packing.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace hetal::ckks {
namespace {

/// A ring of 1024 whose chain has primes of 41 to 50 bits: one level's prime is chosen, the others follow.
Parameters with_scale(double log_scale) {
  return Parameters(
      {"insecure_packing", 10, 49.99, log_scale, 2, {3, 3, 3}, 49.9, {49.9, 49.9, 49.9}, 49.99, 7, {6, 7, 7}});
}

/// Residue i takes the bits i * b to i * b + b - 1, the lowest bit of a byte first.
Bytes packed_bit_by_bit(const std::vector<Word>& residues, int bits) {
  Bytes out(residues.size() * static_cast<std::size_t>(bits) / 8);
  for (std::size_t i = 0; i < residues.size(); ++i) {
    for (int b = 0; b < bits; ++b) {
      const std::size_t at = i * static_cast<std::size_t>(bits) + static_cast<std::size_t>(b);
      if (residues[i] >> b & 1) out[at / 8] = static_cast<std::uint8_t>(out[at / 8] | 1u << at % 8);
    }
  }
  return out;
}

class Packing : public ::testing::TestWithParam<int> {
 protected:
  /// Index on the device of a prime with the width, -1 when the set has none.
  int prime_of(const Context& context) const {
    for (int i = 0; i <= context.parameters().top_level(); ++i) {
      if (static_cast<int>(std::bit_width(context.modulus(i).value())) == GetParam()) return i;
    }
    return -1;
  }
};

TEST_P(Packing, IsThatOfTheFormatAndComesBack) {
  const int bits = GetParam();
  const Context context(with_scale(bits == 50 ? 49.9 : bits - 0.5), 2);
  const int index = prime_of(context);
  ASSERT_GE(index, 0) << "no prime of " << bits << " bits";
  const Word prime = context.modulus(index).value();
  const auto moduli = std::array{static_cast<std::uint16_t>(index)};
  const RnsPoly poly = context.allocate({1, false}), again = context.allocate({1, false});
  const device::Limbs limbs{poly.data(), moduli.data(), 1}, read{again.data(), moduli.data(), 1};
  EXPECT_EQ(packed_bytes(context, limbs), context.n() * static_cast<std::size_t>(bits) / 8);
  std::mt19937_64 random(static_cast<std::uint64_t>(bits));
  for (int kind = 0; kind < 4; ++kind) {
    std::vector<Word> residues(context.n());
    for (std::size_t i = 0; i < residues.size(); ++i) {
      const Word choices[] = {prime - 1, i % 2 == 0 ? 0 : prime - 1, Word{1} << i % static_cast<std::size_t>(bits),
                              random()};
      residues[i] = choices[kind] % prime;
    }
    context.device().upload(poly.data(), residues.data(), residues.size());
    ByteWriter out;
    pack_limbs(context, limbs, out);
    ASSERT_EQ(out.bytes(), packed_bit_by_bit(residues, bits)) << kind;
    unpack_limbs(context, read, out.bytes().data(), "test");
    std::vector<Word> host(context.n());
    context.device().download(host.data(), again.data(), host.size());
    ASSERT_EQ(host, residues) << kind;
  }
}

/// The one of the first and the last residue that is not below the prime is found.
TEST_P(Packing, AResidueThatIsNotBelowThePrimeIsRefused) {
  const int bits = GetParam();
  const Context context(with_scale(bits == 50 ? 49.9 : bits - 0.5), 1);
  const int index = prime_of(context);
  ASSERT_GE(index, 0);
  const Word prime = context.modulus(index).value();
  const auto moduli = std::array{static_cast<std::uint16_t>(index)};
  const RnsPoly poly = context.allocate({1, false});
  const device::Limbs limbs{poly.data(), moduli.data(), 1};
  for (const std::size_t at : {std::size_t{0}, std::size_t{63}, context.n() - 1}) {
    for (const Word value : {prime, prime + 1, (Word{1} << bits) - 1}) {
      std::vector<Word> residues(context.n());
      residues[at] = value;
      const Bytes bytes = packed_bit_by_bit(residues, bits);
      try {
        unpack_limbs(context, limbs, bytes.data(), "the file");
        ADD_FAILURE() << at << " " << value;
      } catch (const FormatError& e) { EXPECT_STREQ(e.what(), "the file: a residue is not below its prime"); }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Bits, Packing, ::testing::Range(41, 51));

/// Large rings are unpacked on several threads; the result is that of one.
TEST(LimbPacking, SeveralThreadsUnpackTheSame) {
  const Parameters p(
      {"insecure_packing_threads", 14, 49.99, 42, 2, {4, 5, 4}, 49.9, {49.9, 49.9, 49.9}, 49.99, 7, {6, 7, 7}});
  const Context one(p, 1), four(p, 4);
  std::mt19937_64 random(3);
  const Basis basis{5, true};
  const RnsPoly from = one.allocate(basis), first = one.allocate(basis), second = four.allocate(basis);
  std::vector<Word> words;
  for (std::uint32_t i = 0; i < one.view(from).count; ++i) {
    const Word prime = one.modulus(one.view(from).moduli[i]).value();
    for (std::size_t j = 0; j < one.n(); ++j) words.push_back(random() % prime);
  }
  one.device().upload(from.data(), words.data(), words.size());
  ByteWriter out;
  pack_limbs(one, one.view(from), out);
  EXPECT_EQ(out.bytes().size(), packed_bytes(one, one.view(from)));
  unpack_limbs(one, one.view(first), out.bytes().data(), "one");
  unpack_limbs(four, four.view(second), out.bytes().data(), "four");
  std::vector<Word> a(words.size()), b(words.size());
  one.device().download(a.data(), first.data(), a.size());
  four.device().download(b.data(), second.data(), b.size());
  EXPECT_EQ(a, words);
  EXPECT_EQ(b, words);
}

}  // namespace
}  // namespace hetal::ckks
