// The entries of libFuzzer (fuzz/run.sh) on their committed seeds and on the same changes of them in every build.
#include "fuzz/targets.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "owner/client.h"
#include "support/fuzz.h"

namespace hetal::fuzzing {
namespace {

Bytes seed_of(const std::string& name) {
  const std::string vector = std::string(HETAL_TEST_VECTORS) + "/" + name;
  return read_file(file_exists(vector) ? vector : std::string(HETAL_FUZZ_SEEDS) + "/" + name, 1 << 22);
}

TEST(FuzzTargets, ReadTheirSeedsAndRefuseOrReadEveryChange) {
  for (const Target& target : engine_targets()) {
    SCOPED_TRACE(target.name);
    for (const char* const seed : target.seeds) {
      if (seed == nullptr) continue;
      const Bytes good = seed_of(seed);
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

/// A refusal is a normal return of the target. HETAL_WRITE_VECTORS=1 writes the seed.
TEST(FuzzTargets, TheSeedOfThePublicKeyIsAKeyOfTheSmallRing) {
  const ckks::Context& context = small_ring();
  const ckks::KeyId id{1, 2, 3};
  const owner::SecretKey secret(context, Random::insecure_seed(1));
  const int level = context.parameters().bootstrap_output_level();
  const owner::PublicKey key = make_public_key(context, secret, Random::insecure_seed(2), level);
  const Bytes file = public_key_file(context, key, id);
  if (std::getenv("HETAL_WRITE_VECTORS") != nullptr) {
    write_file_atomically(std::string(HETAL_FUZZ_SEEDS) + "/public_key.bin", file);
  }
  const Bytes seed = seed_of("public_key.bin");
  EXPECT_EQ(seed, file);
  EXPECT_LT(seed.size(), 4096u);
  EXPECT_EQ(owner::read_public_key(context, seed).id, id);
}

}  // namespace
}  // namespace hetal::fuzzing
