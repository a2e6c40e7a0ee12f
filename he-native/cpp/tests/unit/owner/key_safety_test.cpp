// What would weaken a key is refused: files that others may read, a wrong weight, a known seed, a shared stream.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <set>

#include <unistd.h>

#include "base/files.h"
#include "base/threads.h"
#include "ckks/key_file.h"
#include "owner/client.h"
#include "support/fuzz.h"
#include "support/temporary_folder.h"

namespace hetal {
namespace {

constexpr char kSet[] = "insecure_n10_l12";

class KeySafety : public ::testing::Test {
 protected:
  TemporaryFolder folder;
};

TEST_F(KeySafety, ASecretKeyThatOthersMayReadIsRefused) {
  const owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  client.save_secret_key(folder.path("secret"));
  EXPECT_EQ(std::filesystem::status(folder.path("secret")).permissions(), std::filesystem::perms(0600));
  for (const int mode : {0640, 0604, 0620, 0601}) {
    std::filesystem::permissions(folder.path("secret"), std::filesystem::perms(mode));
    EXPECT_THROW(read_private_file(folder.path("secret"), 1 << 20), SecurityError) << std::oct << mode;
  }
  std::filesystem::permissions(folder.path("secret"), std::filesystem::perms(0400));
  EXPECT_NO_THROW(read_private_file(folder.path("secret"), 1 << 20));
  if (geteuid() == 0) {  // only root can give a file away
    ASSERT_EQ(chown(folder.path("secret").c_str(), 12345, static_cast<gid_t>(-1)), 0);
    EXPECT_THROW(read_private_file(folder.path("secret"), 1 << 20), SecurityError);
  }
}

/// A hand-made file with a right digest: another weight breaks bootstraps silently.
TEST_F(KeySafety, TheWeightOfTheSparseSecretIsChecked) {
  const owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  client.save_secret_key(folder.path("secret"));
  const Bytes good = read_private_file(folder.path("secret"), 1 << 20);
  const std::size_t quarter = client.context().n() / 4, sparse_at = good.size() - sizeof(Digest) - quarter;
  const auto with = [&](int codes) {  // so many coefficients of 1, then zeros
    Bytes out = good;
    for (std::size_t i = 0; i < quarter; ++i) {
      out[sparse_at + i] = codes >= 4 ? 0x55 : codes > 0 ? static_cast<std::uint8_t>(0x55 >> (8 - 2 * codes)) : 0;
      codes = std::max(0, codes - 4);
    }
    return fuzzing::sealed(out);
  };
  EXPECT_NO_THROW(owner::Client(with(ckks::kSparseWeight), 1));
  for (const int weight : {0, 1, 31, 33, 64}) { EXPECT_THROW(owner::Client(with(weight), 1), FormatError) << weight; }
}

TEST_F(KeySafety, AKnownSeedIsRefusedWithASecureSet) {
  EXPECT_THROW(owner::Client("n16_l12", 1, Random::insecure_seed(1), true), SecurityError);
}

/// Two messages under one stream of the seed would reveal the difference of the messages.
TEST_F(KeySafety, ThreadsThatShareAWriterNeverShareAStream) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  owner::KeyPlan plan;
  for (std::uint32_t steps = 1; steps <= 24; ++steps) plan.level_of_steps[steps] = 1;
  const auto writer = client.bundle_writer(folder.path("keys"), plan);
  std::atomic<std::size_t> next{0};
  {
    ThreadGroup threads;
    for (int t = 0; t < 4; ++t) {
      threads.start([&] {
        while (next++ < writer->total()) writer->write_next();
      });
    }
  }
  writer->commit();
  const ckks::Manifest manifest = ckks::read_manifest(folder.path("keys"));
  ASSERT_EQ(manifest.keys.size(), 24u);
  std::set<std::uint64_t> streams;
  for (const ckks::KeyEntry& key : manifest.keys) {
    const auto read = ckks::read_key_file(client.context(), manifest.key_id, key, folder.path("keys/" + key.file));
    for (std::size_t digit = 0; digit < read.b.size(); ++digit) {
      EXPECT_TRUE(streams.insert(read.stream + digit).second) << key.file;
    }
  }
}

}  // namespace
}  // namespace hetal
