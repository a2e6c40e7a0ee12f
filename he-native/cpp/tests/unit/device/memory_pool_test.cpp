// Ranges of the memory pool never cross from one block of the source into another.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>
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

TEST_F(MemoryPoolTest, TakesTheSmallestRangeThatFitsAndTheLowestAmongEquals) {
  Word* const a = pool.take(32);
  Word* const b = pool.take(16);
  Word* const c = pool.take(8);
  Word* const d = pool.take(8);
  ASSERT_EQ(blocks, 1u);
  pool.give_back(a, 32);
  pool.give_back(c, 8);
  EXPECT_EQ(pool.take(8), c) << "the range of 8 words, not part of the one of 32";
  pool.give_back(c, 8);
  EXPECT_EQ(pool.take(16), a) << "the range of 8 words is too small";
  pool.give_back(a, 16);
  pool.give_back(b, 16);
  pool.give_back(d, 8);
  EXPECT_EQ(pool.take(kBlockWords), a) << "all are one range again";
}

/// Neighbours merge whichever is given back first, so that the block is whole at the end.
TEST_F(MemoryPoolTest, EveryOrderOfGivingBackLeavesWholeBlocks) {
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  do {
    std::vector<Word*> pieces;
    for (int i = 0; i < 5; ++i) pieces.push_back(pool.take(8));
    for (const std::size_t i : order) pool.give_back(pieces[i], 8);
    Word* const whole = pool.take(kBlockWords);
    ASSERT_EQ(whole, arena.data());
    pool.give_back(whole, kBlockWords);
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(blocks, 1u);
}

TEST_F(MemoryPoolTest, SizesAreRoundedSoThatEveryRangeIsAligned) {
  for (const std::size_t words : {1u, 7u, 8u, 9u, 17u}) {
    Word* const data = pool.take(words);
    EXPECT_EQ((data - arena.data()) % 8, 0) << words;
    EXPECT_EQ(pool.bytes_in_use(), words * sizeof(Word));
    pool.give_back(data, words);
  }
  EXPECT_EQ(pool.bytes_in_use(), 0u);
}

TEST_F(MemoryPoolTest, CountsWhatIsTakenAndTheMostOfIt) {
  Word* const a = pool.take(10);
  Word* const b = pool.take(20);
  EXPECT_EQ(pool.bytes_in_use(), 30 * sizeof(Word));
  pool.give_back(a, 10);
  EXPECT_EQ(pool.bytes_in_use(), 20 * sizeof(Word));
  EXPECT_EQ(pool.bytes_peak(), 30 * sizeof(Word));
  pool.give_back(b, 20);
  EXPECT_EQ(pool.bytes_peak(), 30 * sizeof(Word));
}

TEST_F(MemoryPoolTest, ARangeIsReservedBeforeItIsTaken) {
  EXPECT_TRUE(pool.reserve(kBlockWords));
  EXPECT_EQ(blocks, 1u);
  EXPECT_EQ(pool.bytes_in_use(), 0u);
  EXPECT_EQ(pool.take(kBlockWords), arena.data());
  EXPECT_EQ(blocks, 1u);
}

/// Taken ranges never overlap, and after all is given back as much can be taken as at the start.
TEST(MemoryPool, RandomTakesNeverOverlap) {
  constexpr std::size_t kBlocks = 8;
  std::vector<Word> arena(kBlocks * kBlockWords);
  std::size_t blocks = 0;
  MemoryPool pool({[&](std::size_t) { return blocks == kBlocks ? nullptr : arena.data() + kBlockWords * blocks++; },
                   [](Word*) {}, kBlockWords});
  std::mt19937_64 random(1);
  std::vector<std::pair<Word*, std::size_t>> taken;
  std::vector<int> owners(arena.size());
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    if (random() % 2 == 0 || taken.empty()) {
      const std::size_t words = 1 + random() % kBlockWords;
      Word* const data = pool.take(words);
      if (data == nullptr) {
        ++refused;
        continue;
      }
      const auto first = static_cast<std::size_t>(data - arena.data());
      ASSERT_EQ(first / kBlockWords, (first + words - 1) / kBlockWords) << "across two blocks";
      for (std::size_t w = 0; w < words; ++w) ASSERT_EQ(owners[first + w]++, 0) << "taken twice";
      taken.emplace_back(data, words);
    } else {
      const std::size_t at = random() % taken.size();
      const auto [data, words] = taken[at];
      for (std::size_t w = 0; w < words; ++w) --owners[static_cast<std::size_t>(data - arena.data()) + w];
      pool.give_back(data, words);
      taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  EXPECT_GT(refused, 0) << "the source was never used up";
  for (const auto& [data, words] : taken) pool.give_back(data, words);
  EXPECT_EQ(pool.bytes_in_use(), 0u);
  for (std::size_t i = 0; i < kBlocks; ++i) EXPECT_NE(pool.take(kBlockWords), nullptr) << i;
  EXPECT_EQ(pool.take(1), nullptr);
}

TEST(MemoryPool, GivesItsBlocksBackAtTheEnd) {
  std::vector<Word> arena(2 * kBlockWords);
  std::multiset<Word*> out;
  {
    MemoryPool pool({[&](std::size_t) { return *out.insert(arena.data() + kBlockWords * out.size()); },
                     [&](Word* block) { EXPECT_EQ(out.erase(block), 1u); }, kBlockWords});
    pool.give_back(pool.take(kBlockWords), kBlockWords);
    EXPECT_NE(pool.take(kBlockWords), nullptr);
    EXPECT_NE(pool.take(kBlockWords), nullptr);
    EXPECT_EQ(out.size(), 2u);
  }
  EXPECT_TRUE(out.empty());
}

TEST(MemoryPool, ASourceWithNothingLeavesThePoolUsable) {
  std::vector<Word> arena(kBlockWords);
  bool empty = true;
  MemoryPool pool({[&](std::size_t) { return empty ? nullptr : arena.data(); }, [](Word*) {}, kBlockWords});
  EXPECT_EQ(pool.take(1), nullptr);
  EXPECT_FALSE(pool.reserve(1));
  EXPECT_EQ(pool.bytes_in_use(), 0u);
  EXPECT_EQ(pool.bytes_peak(), 0u);
  empty = false;
  EXPECT_EQ(pool.take(1), arena.data());
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
