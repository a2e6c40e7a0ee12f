// The entry of libFuzzer for OpenFHE's ciphertexts (fuzz/run.sh) on its committed seed and on changes of it.
#include <gtest/gtest.h>

#include "base/files.h"
#include "fuzz/targets.h"
#include "openfhe/ciphertext_format.h"
#include "openfhe/operations.h"
#include "support/fuzz.h"

namespace hetal::openfhe {
namespace {

const std::string kSeed = std::string(HETAL_FUZZ_SEEDS) + "/openfhe_ciphertext.bin";

/// The seed is a ciphertext of zeros of the target's context: a change of the format changes it.
TEST(OpenFheFuzzTarget, TheSeedIsWhatIsWrittenToday) {
  const Context context = make_context({.ring_degree = 1 << 10, .depth = 1, .scaling_bits = 50, .first_bits = 60});
  const Bytes expected = serialize(zero(context, "seed", 0));
  if (std::getenv("HETAL_WRITE_VECTORS") != nullptr) write_file_atomically(kSeed, expected);
  EXPECT_EQ(read_file(kSeed, 1 << 20), expected);
  release_context(context);
}

TEST(OpenFheFuzzTarget, ReadsItsSeedAndRefusesOrReadsEveryChange) {
  const Bytes good = read_file(kSeed, 1 << 20);
  for (const fuzzing::Target& target : fuzzing::openfhe_targets()) {
    EXPECT_NO_THROW(target.read(good));
    std::mt19937_64 random(816);
    for (int round = 0; round < 300; ++round) EXPECT_NO_THROW(target.read(fuzzing::changed(good, 24, random))) << round;
  }
}

}  // namespace
}  // namespace hetal::openfhe
