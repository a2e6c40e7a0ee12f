#include "random/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hetal {
namespace {

// RFC 8439, section 2.3.2. Its 96-bit nonce and 32-bit counter fill the same four words as our counter and stream.
TEST(ChaCha20, EqualsThePublishedBlock) {
  std::array<std::uint32_t, 16> state{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0x03020100, 0x07060504,
                                      0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c,
                                      0x00000001, 0x09000000, 0x4a000000, 0x00000000};
  const std::array<std::uint32_t, 16> expected{0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033,
                                               0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                                               0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
  std::array<std::uint32_t, 16> out;
  chacha20_blocks(state, out.data(), 1);
  EXPECT_EQ(out, expected);
  // Later blocks of a batch are the blocks of later counters, also across a carry.
  state[12] = 0xfffffff8;
  std::vector<std::uint32_t> batch(20 * 16);
  chacha20_blocks(state, batch.data(), 20);
  state[12] = 10, state[13] += 1;
  chacha20_blocks(state, out.data(), 1);
  EXPECT_TRUE(std::equal(out.begin(), out.end(), batch.begin() + 18 * 16));
}

TEST(Random, SamplersHaveTheirMoments) {
  Random random(Random::insecure_seed(1), 0);
  const std::size_t n = 1 << 16;
  std::vector<std::int64_t> v(n);
  auto moments = [&] {
    double sum = 0, square = 0;
    for (std::int64_t x : v) sum += static_cast<double>(x), square += static_cast<double>(x * x);
    return std::pair{sum / n, square / n};
  };
  random.gaussian(v.data(), n);
  EXPECT_NEAR(moments().first, 0, 0.08);
  EXPECT_NEAR(std::sqrt(moments().second), 3.19, 0.06);
  random.ternary(v.data(), n);
  EXPECT_NEAR(moments().first, 0, 0.02);
  EXPECT_NEAR(moments().second, 2.0 / 3, 0.02);
  random.sparse_ternary(v.data(), n, 32);
  EXPECT_EQ(moments().second * n, 32);
  std::vector<std::uint64_t> u(n);
  const std::uint64_t q = 1125899904679937;
  random.uniform(u.data(), n, q);
  double mean = 0;
  for (std::uint64_t x : u) {
    ASSERT_LT(x, q);
    mean += static_cast<double>(x) / static_cast<double>(q) / n;
  }
  EXPECT_NEAR(mean, 0.5, 0.01);
}

}  // namespace
}  // namespace hetal
