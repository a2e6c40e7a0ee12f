// Files of every format version are committed in tests/vectors: they are read and hold their values, and files that
// are written today from the same insecure seeds have the same bytes. HETAL_WRITE_VECTORS=1 writes the folder of the
// newest version anew; a change of bytes needs a new version and a new folder, and the old one stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/files.h"
#include "ckks/evaluator.h"
#include "ckks/key_bundle.h"
#include "ckks/key_file.h"
#include "owner/client.h"
#include "support/temporary_folder.h"

namespace hetal {
namespace {

constexpr char kSet[] = "insecure_n10_l12";
constexpr double kClose = 0x1p-25;
using Slots = std::vector<std::complex<double>>;

std::string vectors() { return std::string(HETAL_TEST_VECTORS) + "/version_1/"; }
Bytes golden(const std::string& name) { return read_file(vectors() + name, 1 << 22); }

Slots values() {
  Slots out(512);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = {static_cast<double>(i) / 512, static_cast<double>(i % 5) / -8};
  }
  return out;
}

double worst(const Slots& a, const Slots& b) {
  EXPECT_EQ(a.size(), b.size());
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]));
  return out;
}

void write_bundle(owner::Client& client, const std::string& folder, const owner::KeyPlan& plan) {
  const auto writer = client.bundle_writer(folder, plan);
  while (writer->done() < writer->total()) writer->write_next();
  writer->commit();
}

/// Every file that the folder has, made now.
std::map<std::string, Bytes> made_now() {
  const TemporaryFolder temporary;
  std::map<std::string, Bytes> out;
  owner::Client client(kSet, 1, Random::insecure_seed(20260101), true);
  client.save_secret_key(temporary.path("secret_key.bin"));
  client.save_public_key(temporary.path("public_key.bin"));
  for (const char* name : {"secret_key.bin", "public_key.bin"}) out[name] = read_file(temporary.path(name), 1 << 22);
  out["ciphertext_seeded.bin"] = client.encrypt(values(), 2);
  const auto ciphertext = ckks::deserialize(client.context(), out["ciphertext_seeded.bin"], client.key_id());
  out["ciphertext.bin"] = ckks::serialize(client.context(), ciphertext, client.key_id());
  owner::KeyPlan plan;
  plan.level_of_steps = {{3, 1}};
  plan.relinearization_level = 1;
  plan.conjugation_level = 0;
  write_bundle(client, temporary.path("keys"), plan);
  for (const auto& entry : std::filesystem::directory_iterator(temporary.path("keys"))) {
    out["keys/" + entry.path().filename().string()] = read_file(entry.path(), 1 << 22);
  }
  // Bootstrapping's keys are too long to be committed, but for one. Their manifest has the digest of each.
  plan.bootstrap = true;
  write_bundle(client, temporary.path("bootstrap_keys"), plan);
  out["bootstrap_manifest.txt"] = read_file(temporary.path("bootstrap_keys/manifest"), 1 << 20);
  out["to_sparse.key"] = read_file(temporary.path("bootstrap_keys/to_sparse.key"), 1 << 20);
  return out;
}

TEST(GoldenFiles, WritingTodayGivesTheCommittedBytes) {
  const auto files = made_now();
  EXPECT_EQ(files.size(), 10u);
  if (std::getenv("HETAL_WRITE_VECTORS") != nullptr) {
    make_directories(vectors() + "keys");
    for (const auto& [name, bytes] : files) write_file_atomically(vectors() + name, bytes);
  }
  for (const auto& [name, bytes] : files) EXPECT_TRUE(golden(name) == bytes) << name << " is written differently now";
}

TEST(GoldenFiles, TheSecretKeyDecryptsTheCiphertexts) {
  const owner::Client client(golden("secret_key.bin"), 1);
  EXPECT_EQ(client.context().parameters().name(), kSet);
  for (const char* name : {"ciphertext_seeded.bin", "ciphertext.bin"}) {
    const double error = worst(client.decrypt(golden(name)), values());
    EXPECT_LT(error, kClose) << name;
    EXPECT_GT(error, 0x1p-40) << name << ": no noise";
  }
}

TEST(GoldenFiles, ThePublicKeyEncryptsForTheSecretKey) {
  const owner::Client client(golden("secret_key.bin"), 1);
  owner::Encryptor encryptor(golden("public_key.bin"), 1);
  EXPECT_EQ(encryptor.key_id(), client.key_id());
  EXPECT_LT(worst(client.decrypt(encryptor.encrypt(values(), 3)), values()), kClose);
}

TEST(GoldenFiles, TheEvaluationKeysComputeOnTheCiphertext) {
  const owner::Client client(golden("secret_key.bin"), 1);
  const ckks::Context& context = client.context();
  ckks::KeyBundle keys(context, vectors() + "keys", ckks::read_manifest(vectors() + "keys"));
  const ckks::Evaluator evaluator(context, keys);
  const auto x = ckks::deserialize(context, golden("ciphertext.bin"), client.key_id());
  const auto low = evaluator.drop_to_level(x, 1);
  Slots rotated = values(), conjugated = values(), squared = values();
  std::rotate(rotated.begin(), rotated.begin() + 3, rotated.end());
  for (auto& z : conjugated) z = std::conj(z);
  for (auto& z : squared) z *= z;
  const auto decrypted = [&](const ckks::Ciphertext& a) {
    return client.decrypt(ckks::serialize(context, a, client.key_id()));
  };
  EXPECT_LT(worst(decrypted(evaluator.rotate(low, 3)), rotated), kClose);
  EXPECT_LT(worst(decrypted(evaluator.conjugate(evaluator.drop_to_level(x, 0))), conjugated), kClose);
  keys.require_relinearization(1);
  EXPECT_LT(worst(decrypted(evaluator.mul(low, low)), squared), 4 * kClose);
  EXPECT_EQ(keys.loaded(), 3);
}

TEST(GoldenFiles, TheManifestOfABootstrapListsEveryKindOfKey) {
  const Bytes bytes = golden("bootstrap_manifest.txt");
  const ckks::Manifest manifest = ckks::manifest_from_text(std::string(bytes.begin(), bytes.end()));
  EXPECT_EQ(manifest.parameter_set, kSet);
  std::map<ckks::KeyKind, int> count;
  for (const auto& key : manifest.keys) ++count[key.kind];
  EXPECT_EQ(count[ckks::KeyKind::relinearization], 1);
  EXPECT_EQ(count[ckks::KeyKind::to_sparse], 1);
  EXPECT_EQ(count[ckks::KeyKind::from_sparse], 1);
  EXPECT_GT(count[ckks::KeyKind::galois], 10);
}

TEST(GoldenFiles, TheToSparseKeyIsReadAndWrittenAgain) {
  const Bytes text = golden("bootstrap_manifest.txt"), bytes = golden("to_sparse.key");
  const ckks::Manifest manifest = ckks::manifest_from_text(std::string(text.begin(), text.end()));
  const auto entry = std::find_if(manifest.keys.begin(), manifest.keys.end(),
                                  [](const ckks::KeyEntry& key) { return key.kind == ckks::KeyKind::to_sparse; });
  ASSERT_NE(entry, manifest.keys.end());
  const ckks::Context context(ckks::Parameters::named(kSet), 1);
  ckks::EvaluationKeys keys;
  ckks::parse_to_sparse_file(context, manifest.key_id, *entry, bytes, "to_sparse.key", keys);
  Digest digest;
  EXPECT_TRUE(ckks::to_sparse_file(context, manifest.key_id, keys, digest) == bytes);
  EXPECT_EQ(digest, entry->digest);
}

}  // namespace
}  // namespace hetal
