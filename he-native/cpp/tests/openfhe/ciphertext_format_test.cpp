// What the cluster sends as a ciphertext of OpenFHE: valid residues or a FormatError. The digest around these bytes has
// no key, so a forger reaches this reader with any bytes.
#include "openfhe/ciphertext_format.h"

#include <gtest/gtest.h>

#include "openfhe/operations.h"
#include "openfhe/secret.h"
#include "support/fuzz.h"

namespace hetal::openfhe {
namespace {

constexpr std::size_t kLimbs = 0 + 4, kParts = 8, kDegree = 12, kTagLength = 16, kTag = 20;

class OpenFheCiphertextFormat : public ::testing::Test {
 protected:
  ~OpenFheCiphertextFormat() override { release_context(context); }

  Bytes with(std::size_t at, std::uint32_t value) const {
    Bytes out = good;
    std::memcpy(out.data() + at, &value, sizeof value);
    return out;
  }
  std::size_t residues_at() const { return kTag + a->GetKeyTag().size(); }

  const Context context = make_context({.ring_degree = 1 << 10, .depth = 3, .scaling_bits = 50, .first_bits = 60});
  const lbcrypto::KeyPair<Polynomial> keys = context->KeyGen();
  const Ciphertext a = context->Encrypt(keys.secretKey, encode(context, {0.5, -0.25}, std::exp2(50), 3));
  const Bytes good = serialize(a);
};

TEST_F(OpenFheCiphertextFormat, WhatIsWrittenIsRead) {
  const Ciphertext square = context->EvalMultNoRelin(a, a);
  for (const Ciphertext& x : {a, drop_to_level(context, a, 0), square}) {
    const Ciphertext read = deserialize(context, serialize(x));
    EXPECT_EQ(*read, *x);  // OpenFHE's own comparison: parts, level, scale, slots, encoding
    EXPECT_EQ(read->GetKeyTag(), x->GetKeyTag());
    EXPECT_EQ(serialize(read), serialize(x));
  }
  EXPECT_NEAR(decrypt(context, keys.secretKey, deserialize(context, good), std::exp2(50))[1].real(), -0.25, 1e-9);
}

TEST_F(OpenFheCiphertextFormat, EveryFieldOfTheHeaderIsChecked) {
  for (const std::uint32_t n : {0u, 1u, 512u, 2048u, 0x80000000u}) {
    EXPECT_THROW(deserialize(context, with(0, n)), FormatError) << n;
  }
  for (const std::uint32_t limbs : {0u, 2u, 4u, 5u, 0x10000000u, 0xffffffffu}) {
    EXPECT_THROW(deserialize(context, with(kLimbs, limbs)), FormatError) << limbs;
  }
  for (const std::uint32_t parts : {0u, 1u, 3u, 4u, 0xffffffffu}) {
    EXPECT_THROW(deserialize(context, with(kParts, parts)), FormatError) << parts;
  }
  for (const std::uint32_t degree : {0u, 3u, 0xffffffffu}) {
    EXPECT_THROW(deserialize(context, with(kDegree, degree)), FormatError) << degree;
  }
  for (const std::uint32_t length : {0u, 1u, 65u, 0xffffffffu}) {
    EXPECT_THROW(deserialize(context, with(kTagLength, length)), FormatError) << length;
  }
  Bytes lowest = serialize(drop_to_level(context, a, 0));
  lowest[kDegree] = 2;
  EXPECT_THROW(deserialize(context, lowest), FormatError);
  Bytes bad = good;
  bad[kTag] = '\n';
  EXPECT_THROW(deserialize(context, bad), FormatError);
}

/// With OpenFHE's own reader a limb of one residue made the decryption read the heap behind it.
TEST_F(OpenFheCiphertextFormat, AShortLimbIsRefused) {
  for (std::size_t size = 0; size < good.size(); size += size < 100 ? 1 : 509) {
    EXPECT_THROW(deserialize(context, {good.data(), size}), FormatError) << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_THROW(deserialize(context, longer), FormatError);
}

TEST_F(OpenFheCiphertextFormat, AResidueThatIsNotBelowItsPrimeIsRefused) {
  const auto q = primes(context);
  const std::size_t n = context->GetRingDimension();
  for (std::size_t part = 0; part < 2; ++part) {
    for (std::size_t limb = 0; limb < 3; ++limb) {
      for (const std::size_t i : {std::size_t{0}, n - 1}) {
        for (const std::uint64_t value : {q[limb] - 1, q[limb], ~std::uint64_t{0}}) {
          Bytes bytes = good;
          std::memcpy(bytes.data() + residues_at() + 8 * ((part * 3 + limb) * n + i), &value, sizeof value);
          if (value < q[limb]) {
            EXPECT_NO_THROW(deserialize(context, bytes));
          } else {
            EXPECT_THROW(deserialize(context, bytes), FormatError) << part << ", " << limb << ", " << i;
          }
        }
      }
    }
  }
}

/// What is accepted has the form of the context and can be decrypted.
TEST_F(OpenFheCiphertextFormat, ChangedBytesAreRefusedOrValid) {
  const auto read = [&](ByteView bytes) {
    const Ciphertext x = deserialize(context, bytes);
    ASSERT_EQ(x->GetSlots(), context->GetRingDimension() / 2);
    ASSERT_EQ(x->GetEncodingType(), lbcrypto::CKKS_PACKED_ENCODING);
    for (const Polynomial& part : x->GetElements()) {
      for (const auto& limb : part.GetAllElements()) ASSERT_EQ(limb.GetLength(), context->GetRingDimension());
    }
    ASSERT_EQ(decrypt(context, keys.secretKey, x, std::exp2(50)).size(), context->GetRingDimension() / 2);
    const Bytes again = serialize(x);
    ASSERT_TRUE(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  };
  const auto result = fuzzing::fuzz(good, 600, residues_at(), [](Bytes b) { return b; }, read);
  EXPECT_GT(result.refused, 200);
  EXPECT_GE(result.accepted, 20);
}

}  // namespace
}  // namespace hetal::openfhe
