// Ranges of the memory pool never cross from one block of the source into another.
#include <gtest/gtest.h>

#include <vector>

#include "device/memory_pool.h"

namespace hetal::device {
namespace {

constexpr std::size_t kBlockWords = 64;

/// A source whose blocks follow one another without a gap, as cudaMalloc often returns them.
class MemoryPoolTest : public ::testing::Test {
 protected:
  bool within_one_block(const Word* data, std::size_t words) const {
    const auto first = static_cast<std::size_t>(data - arena.data());
    return first / kBlockWords == (first + words - 1) / kBlockWords;
  }

  std::vector<Word> arena = std::vector<Word>(8 * kBlockWords);
  std::size_t blocks = 0;
  MemoryPool pool{{[this](std::size_t words) {
                     EXPECT_EQ(words, kBlockWords);
                     return blocks == 8 ? nullptr : arena.data() + kBlockWords * blocks++;
                   },
                   [this](Word*) { --blocks; }, kBlockWords}};
};

TEST_F(MemoryPoolTest, GivenBackRangesMergeWithinABlock) {
  Word* const low = pool.take(kBlockWords / 2);
  Word* const high = pool.take(kBlockWords / 2);
  EXPECT_EQ(high, low + kBlockWords / 2);
  pool.give_back(low, kBlockWords / 2);
  pool.give_back(high, kBlockWords / 2);
  EXPECT_EQ(pool.take(kBlockWords), low);
  EXPECT_EQ(blocks, 1u);
}

// cudaMemcpy refuses a range that spans two allocations: found on an H200.
TEST_F(MemoryPoolTest, RangesDoNotMergeAcrossAdjacentBlocks) {
  for (const bool low_first : {true, false}) {
    Word* const low = pool.take(kBlockWords);
    Word* const high = pool.take(kBlockWords);
    ASSERT_EQ(high, low + kBlockWords);
    pool.give_back(low_first ? low : high, kBlockWords);
    pool.give_back(low_first ? high : low, kBlockWords);
    Word* const part = pool.take(kBlockWords / 4);
    Word* const next = pool.take(kBlockWords);
    EXPECT_TRUE(within_one_block(part, kBlockWords / 4));
    EXPECT_TRUE(within_one_block(next, kBlockWords));
    EXPECT_EQ(blocks, 2u);
    pool.give_back(part, kBlockWords / 4);
    pool.give_back(next, kBlockWords);
  }
}

TEST(MemoryPool, AsksForLessWhenTheSourceHasNoWholeBlock) {
  std::vector<Word> arena(kBlockWords);
  std::vector<std::size_t> asked;
  MemoryPool pool({[&](std::size_t words) {
                     asked.push_back(words);
                     return words > 8 ? nullptr : arena.data();
                   },
                   [](Word*) {}, kBlockWords});
  EXPECT_EQ(pool.take(8), arena.data());
  EXPECT_EQ(pool.take(16), nullptr);
  EXPECT_EQ(asked, (std::vector<std::size_t>{kBlockWords, 8, kBlockWords, 16}));
}

}  // namespace
}  // namespace hetal::device
