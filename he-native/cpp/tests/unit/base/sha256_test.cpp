#include "base/sha256.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/sha256_blocks.h"

namespace hetal {

std::string digest_of(const std::string& text) {
  Sha256 sha;
  sha.update(text.data(), text.size());
  return hex(sha.finish());
}

// FIPS 180-4 examples (csrc.nist.gov, "SHA256.pdf").
TEST(Sha256, EqualsThePublishedVectors) {
  EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest_of(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, TheProcessorsInstructionsEqualPortable) {
  const Sha256Blocks accelerated = sha256_blocks_accelerated();
  if (accelerated == nullptr) GTEST_SKIP() << "this processor has no SHA instructions";
  std::mt19937_64 random(1);
  for (std::size_t blocks : {1u, 2u, 3u, 17u}) {
    std::vector<std::uint8_t> data(64 * blocks + 1);
    for (auto& byte : data) byte = static_cast<std::uint8_t>(random());
    std::array<std::uint32_t, 8> a, b;
    for (auto& word : a) word = static_cast<std::uint32_t>(random());
    b = a;
    sha256_blocks_portable(a, data.data() + 1, blocks);
    accelerated(b, data.data() + 1, blocks);
    EXPECT_EQ(a, b) << blocks;
  }
}

}  // namespace hetal
