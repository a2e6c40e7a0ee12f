// Changed files with a right digest: the checks behind the digest refuse them with a FormatError, or what is read is
// valid. Runs under the sanitizers, too.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "ckks/evaluator.h"
#include "ckks/key_bundle.h"
#include "ckks/key_file.h"
#include "owner/client.h"
#include "support/fuzz.h"
#include "support/temporary_folder.h"

namespace hetal {
namespace {

constexpr char kSet[] = "insecure_n10_l12";
/// Magic, version, parameter hash and key id: any change there is refused before the digest is read.
constexpr std::size_t kPrefix = 8 + 4 + sizeof(Digest) + sizeof(ckks::KeyId);
constexpr std::size_t kCiphertextHeader = kPrefix + 4 + 4 + sizeof(Seed) + 8;

class SealedFuzz : public ::testing::Test {
 protected:
  /// Most changes must reach what is behind the digest, and no sealed one may be refused by the digest itself.
  static void expect_reached(const fuzzing::Result& result, int least_accepted) {
    EXPECT_EQ(result.refused_by_digest, 0);
    EXPECT_GE(result.accepted, least_accepted);
    EXPECT_GT(result.refused, 50);
  }

  owner::Client client{kSet, 1, Random::insecure_seed(1), true};
  const ckks::Context& context = client.context();
  TemporaryFolder folder;
};

TEST_F(SealedFuzz, Ciphertexts) {
  const Bytes seeded = client.encrypt({{0.25, 0.5}, {-1, 0}}, 3);
  const Bytes full = ckks::serialize(context, ckks::deserialize(context, seeded, client.key_id()), client.key_id());
  // A change of the seed or of a residue that stays below its prime is another valid ciphertext.
  const auto read = [&](ByteView bytes) {
    const ckks::Ciphertext a = ckks::deserialize(context, bytes, client.key_id());
    ASSERT_EQ(a.parts.size(), 2u);
    ASSERT_LE(a.level, context.parameters().bootstrap_output_level());
    for (const ckks::RnsPoly& part : a.parts) {
      std::vector<Word> words(static_cast<std::size_t>(a.level + 1) * context.n());
      context.device().download(words.data(), part.data(), words.size());
      for (std::size_t i = 0; i < words.size(); ++i) {
        ASSERT_LT(words[i], context.modulus(static_cast<int>(i / context.n())).value());
      }
    }
    for (const std::complex<double>& z : client.decrypt(bytes)) ASSERT_TRUE(std::isfinite(std::abs(z)));
    // One text for one ciphertext: what is written of an accepted one are the bytes that were read.
    if (bytes.size() == full.size()) {
      const Bytes again = ckks::serialize(context, a, client.key_id());
      ASSERT_TRUE(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
    }
  };
  for (const Bytes& bytes : {seeded, full}) {
    expect_reached(fuzzing::fuzz(bytes, 1000, kCiphertextHeader, fuzzing::sealed, read), 50);
    // Without the seal the digest finds every change that the header's checks let through.
    const auto open = fuzzing::fuzz(bytes, 300, kCiphertextHeader, [](Bytes b) { return b; }, read);
    EXPECT_EQ(open.accepted, 0);
    EXPECT_GT(open.refused_by_digest, 50);
  }
}

TEST_F(SealedFuzz, EveryLevelThatAHeaderMayClaimIsComparedWithTheSize) {
  const Bytes good = client.encrypt({{0.5, 0}}, 2);
  for (std::uint32_t level = 0; level < 40; ++level) {
    if (level == 2) continue;
    Bytes bad = good;
    std::memcpy(bad.data() + kPrefix + 4, &level, sizeof level);
    EXPECT_THROW(ckks::deserialize(context, fuzzing::sealed(bad), client.key_id()), FormatError) << level;
  }
}

TEST_F(SealedFuzz, TheFirstAndLastResidueOfEachLimbIsComparedWithItsPrime) {
  const int level = 2;
  const Bytes good = client.encrypt({{0.5, 0}}, level);
  std::size_t at = kCiphertextHeader;
  for (int limb = 0; limb <= level; ++limb) {
    const Word prime = context.modulus(limb).value();
    const int bits = static_cast<int>(std::bit_width(prime));
    for (const std::size_t residue : {std::size_t{0}, context.n() - 1}) {
      for (const Word value : {prime, prime - 1, (Word{1} << bits) - 1}) {
        Bytes bad = good;
        for (int b = 0; b < bits; ++b) {
          const std::size_t bit = residue * static_cast<std::size_t>(bits) + static_cast<std::size_t>(b);
          std::uint8_t& byte = bad[at + bit / 8];
          byte = static_cast<std::uint8_t>((byte & ~(1u << bit % 8)) | (value >> b & 1) << bit % 8);
        }
        bad = fuzzing::sealed(bad);
        if (value < prime) {
          EXPECT_NO_THROW(ckks::deserialize(context, bad, client.key_id()));
        } else {
          EXPECT_THROW(ckks::deserialize(context, bad, client.key_id()), FormatError) << limb << ", " << residue;
        }
      }
    }
    at += context.n() * static_cast<std::size_t>(bits) / 8;
  }
}

TEST_F(SealedFuzz, SecretKeys) {
  client.save_secret_key(folder.path("secret"));
  const Bytes good = read_file(folder.path("secret"), 1 << 20);
  const auto result = fuzzing::fuzz(good, 600, kPrefix + 32, fuzzing::sealed, [&](ByteView bytes) {
    // Another key of the same set: what it writes are the bytes that were read.
    const owner::Client read(bytes, 1);
    ASSERT_EQ(read.context().parameters().name(), kSet);
    std::filesystem::remove(folder.path("again"));
    read.save_secret_key(folder.path("again"));
    const Bytes again = read_file(folder.path("again"), 1 << 20);
    ASSERT_TRUE(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  });
  expect_reached(result, 50);
}

TEST_F(SealedFuzz, PublicKeys) {
  client.save_public_key(folder.path("public"));
  const Bytes good = read_file(folder.path("public"), 1 << 24);
  const auto result =
      fuzzing::fuzz(good, 300, kPrefix + 32 + 4 + sizeof(Seed) + 8, fuzzing::sealed, [&](ByteView bytes) {
        owner::Encryptor encryptor(bytes, 1);
        ASSERT_EQ(encryptor.encrypt({{0.5, 0}}, 1).size(), ckks::ciphertext_bytes(context, 1, false));
      });
  expect_reached(result, 20);
}

/// The manifest names the digest of the key file, so it is sealed with it.
TEST_F(SealedFuzz, ToSparseKeys) {
  const Bytes good = read_file(std::string(HETAL_TEST_VECTORS) + "/version_1/to_sparse.key", 1 << 20);
  ckks::KeyId id;
  std::copy_n(good.begin() + kPrefix - id.size(), id.size(), id.begin());
  const std::size_t header = kPrefix + 4 * 4 + sizeof(Seed) + 8;
  const auto result = fuzzing::fuzz(good, 600, header, fuzzing::sealed, [&](ByteView bytes) {
    ckks::KeyEntry entry{ckks::KeyKind::to_sparse, 0, 0, bytes.size(), {}, "key"};
    if (bytes.size() >= sizeof(Digest)) std::copy(bytes.end() - sizeof(Digest), bytes.end(), entry.digest.begin());
    ckks::EvaluationKeys keys;
    ckks::parse_to_sparse_file(context, id, entry, bytes, "key", keys);
    Digest digest;
    const Bytes again = ckks::to_sparse_file(context, id, keys, digest);
    ASSERT_TRUE(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  });
  expect_reached(result, 50);
}

class SealedBundleFuzz : public SealedFuzz {
 protected:
  SealedBundleFuzz() {
    owner::KeyPlan plan;
    plan.level_of_steps = {{1, 1}};
    plan.relinearization_level = 0;
    const auto writer = client.bundle_writer(folder.path("keys"), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
  }
  std::string file(const std::string& name) const { return folder.path("keys/" + name); }
  void replace(const std::string& name, ByteView bytes) const {
    std::ofstream out(file(name), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(out.flush());
  }
  /// Opens the bundle and uses both keys.
  void use() const {
    ckks::KeyBundle keys(context, folder.path("keys"), ckks::read_manifest(folder.path("keys")));
    const ckks::Evaluator evaluator(context, keys);
    const auto x = ckks::deserialize(context, plain, keys.key_id());
    evaluator.rotate(x, 1);
    keys.require_relinearization(0);
    evaluator.relinearize(evaluator.tensor(evaluator.truncate(x, 0), evaluator.truncate(x, 0)));
  }
  const Bytes plain = client.encrypt({{0.5, 0}}, 1);
};

/// The manifest names the digest of the key file, so it is sealed with it.
TEST_F(SealedBundleFuzz, KeyFilesUnderAManifestThatNamesTheirDigest) {
  const std::string name = "galois_5.key";
  const Bytes good = read_file(file(name), 1 << 24);
  const ckks::Manifest manifest = ckks::read_manifest(folder.path("keys"));
  const std::size_t header = kPrefix + 4 * 4 + sizeof(Seed) + 8;
  const auto result = fuzzing::fuzz(good, 400, header, fuzzing::sealed, [&](ByteView bytes) {
    replace(name, bytes);
    ckks::Manifest changed = manifest;
    for (ckks::KeyEntry& key : changed.keys) {
      if (key.file != name) continue;
      key.bytes = bytes.size();
      if (bytes.size() >= key.digest.size())
        std::copy(bytes.end() - static_cast<std::ptrdiff_t>(key.digest.size()), bytes.end(), key.digest.begin());
    }
    const std::string text = ckks::to_text(changed);
    replace("manifest", {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    use();
  });
  expect_reached(result, 30);
}

/// MissingKey and FileError are right answers, too: a manifest may name other elements, levels and files.
TEST_F(SealedBundleFuzz, Manifests) {
  const Bytes good = read_file(file("manifest"), 1 << 20);
  int missing = 0;
  const auto result = fuzzing::fuzz(good, 800, good.size(), fuzzing::sealed_manifest, [&](ByteView bytes) {
    replace("manifest", bytes);
    try {
      use();
    } catch (const MissingKey&) { ++missing; } catch (const FileError&) {
      ++missing;
    }
  });
  expect_reached(result, 0);
  EXPECT_GT(missing, 0);
}

/// Numbers where they are not expected: signs, extremes, other bases, too many and too few words.
TEST_F(SealedBundleFuzz, NumbersOfManifestLines) {
  const Bytes bytes = read_file(file("manifest"), 1 << 20);
  const std::string good(bytes.begin(), bytes.end());
  const std::size_t line = good.find("key galois 5 1 ");
  ASSERT_NE(line, std::string::npos);
  for (const char* words :
       {"key galois -5 1", "key galois 5 -1", "key galois 5 99999999999999999999", "key galois 5 30",
        "key galois 0x5 1", "key galois 5 2147483648", "key galois 4294967296 1", "key galois 4 1", "key galois 5 1 1",
        "key galois 5", "key galois", "key", "key nothing 5 1", "lock galois 5 1", "key galois 2049 1",
        "key relinearization 5 1", "key to_sparse 0 1"}) {
    std::string text = good;
    text.replace(line, std::string("key galois 5 1").size(), words);
    replace("manifest", fuzzing::sealed_manifest({text.begin(), text.end()}));
    EXPECT_THROW(use(), FormatError) << words;
  }
  replace("manifest", bytes);
  EXPECT_NO_THROW(use());
}

}  // namespace
}  // namespace hetal
