// The entries of libFuzzer (fuzz/run.sh) on their committed seeds and on the same changes of them in every build.
#include "fuzz/targets.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "support/fuzz.h"

namespace hetal::fuzzing {
namespace {

TEST(FuzzTargets, ReadTheirSeedsAndRefuseOrReadEveryChange) {
  for (const Target& target : engine_targets()) {
    SCOPED_TRACE(target.name);
    for (const char* const seed : target.seeds) {
      if (seed == nullptr) continue;
      const Bytes good = read_file(std::string(HETAL_TEST_VECTORS) + "/" + seed, 1 << 22);
      EXPECT_NO_THROW(target.read(good)) << seed;
      std::mt19937_64 random(815);
      for (int round = 0; round < 150; ++round) {
        const Bytes bad = changed(good, 128, random);
        EXPECT_NO_THROW(target.read(bad)) << seed << ", round " << round;
      }
    }
    for (std::size_t size = 0; size < 80; ++size) EXPECT_NO_THROW(target.read(Bytes(size, 0xff))) << size;
  }
}

}  // namespace
}  // namespace hetal::fuzzing
