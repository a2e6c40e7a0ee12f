// Files and bytes of the boundary: round trips, and every damage found before arithmetic.
#include "base/files.h"
#include "owner/client.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <random>

#include <sys/stat.h>

#include "engine/engine.h"

namespace hetal {
namespace {

constexpr char kSet[] = "insecure_n10_l12";
using Slots = std::vector<std::complex<double>>;

class Files : public ::testing::Test {
 protected:
  Files() : folder(std::filesystem::temp_directory_path() / ("hetal-test-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~Files() override { std::filesystem::remove_all(folder); }

  std::string path(const char* name) const { return folder / name; }
  void write_bundle(owner::Client& client, const owner::KeyPlan& plan) const {
    const auto writer = client.bundle_writer(path("keys"), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
  }

  std::filesystem::path folder;
};

double worst(const Slots& a, const Slots& b) {
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i % b.size()]));
  return out;
}

/// Changes that a disk, a network or an adversary might make; each must be a FormatError or, rarely, harmless.
void fuzz(Bytes good, int rounds, const std::function<void(ByteView)>& parse) {
  std::mt19937_64 random(4711);
  int refused = 0;
  for (int i = 0; i < rounds; ++i) {
    Bytes bad = good;
    switch (random() % 4) {
      case 0:
        bad.resize(random() % bad.size());
        break;
      case 1:
        bad.resize(bad.size() + 1 + random() % 64);
        break;
      case 2:
        bad[random() % bad.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
        break;
      default:  // the header, where sizes are
        for (int k = 0; k < 4; ++k) bad[random() % 128] = static_cast<std::uint8_t>(random());
        break;
    }
    if (bad == good) continue;
    EXPECT_THROW(parse(bad), FormatError) << "round " << i;
    ++refused;
  }
  EXPECT_GT(refused, rounds * 9 / 10);
}

TEST_F(Files, CiphertextsSurviveTheirBytesAndNoDamageDoes) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  const Slots v{{0.25, 0.5}, {-1, 0}};
  const Bytes seeded = client.encrypt(v, 3);
  EXPECT_EQ(seeded.size(), ckks::ciphertext_bytes(client.context(), 3, true));
  const auto ciphertext = ckks::deserialize(client.context(), seeded, client.key_id());
  const Bytes full = ckks::serialize(client.context(), ciphertext, client.key_id());
  EXPECT_EQ(full.size(), ckks::ciphertext_bytes(client.context(), 3, false));
  for (const Bytes& bytes : {seeded, full}) {
    EXPECT_LT(worst(client.decrypt(bytes), v), 0x1p-28);
    fuzz(bytes, 400, [&](ByteView bad) { ckks::deserialize(client.context(), bad, client.key_id()); });
  }
}

TEST_F(Files, AResidueThatIsNotBelowItsPrimeIsRefusedUnderARightDigest) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  Bytes bytes = client.encrypt({{0.5, 0}}, 2);
  const std::size_t header =
      ckks::ciphertext_bytes(client.context(), 2, true) - sizeof(Digest) - (50 + 42 + 42) * client.context().n() / 8;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(header), 7, std::uint8_t{0xff});
  Sha256 sha;
  sha.update(bytes.data(), bytes.size() - sizeof(Digest));
  const Digest digest = sha.finish();
  std::copy(digest.begin(), digest.end(), bytes.end() - sizeof(Digest));
  try {
    client.decrypt(bytes);
    FAIL();
  } catch (const FormatError& e) {
    EXPECT_NE(std::string(e.what()).find("not below its prime"), std::string::npos) << e.what();
  }
}

TEST_F(Files, ForeignParametersAndKeysAreNamed) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true), other(kSet, 1, Random::insecure_seed(2), true),
      larger("insecure_n12_l12", 1, Random::insecure_seed(1), true);
  auto text = [&](const Bytes& bytes) -> std::string {
    try {
      client.decrypt(bytes);
    } catch (const FormatError& e) { return e.what(); }
    return "";
  };
  EXPECT_NE(text(other.encrypt({{1, 0}}, 1)).find("key id: expected " + ckks::hex(client.key_id())), std::string::npos);
  EXPECT_NE(text(larger.encrypt({{1, 0}}, 1)).find("parameters: expected insecure_n10_l12"), std::string::npos);
}

TEST_F(Files, SecretKeyFilesArePrivateAndNeverOverwritten) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  client.save_secret_key(path("secret"));
  struct stat status {};
  ASSERT_EQ(stat(path("secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THROW(client.save_secret_key(path("secret")), FileError);
  const Bytes file = read_file(path("secret"), 1 << 20);
  owner::Client again(file, 1);
  EXPECT_EQ(again.key_id(), client.key_id());
  const Slots v{{0.75, -0.5}};
  EXPECT_LT(worst(again.decrypt(client.encrypt(v, 4)), v), 0x1p-28);
  EXPECT_NE(again.encrypt(v, 4), again.encrypt(v, 4)) << "encryption must be randomised";
  fuzz(file, 200, [](ByteView bad) { owner::Client{bad, 1}; });
}

TEST_F(Files, APublicKeyEncryptsForTheSecretOne) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  client.save_public_key(path("public"));
  EXPECT_THROW(client.save_public_key(path("public")), FileError);
  const Bytes file = read_file(path("public"), 1 << 24);
  owner::Encryptor encryptor(file, 1);
  const Slots v{{0.75, -0.5}, {0.125, 1}};
  for (int level : {0, 7, 15}) {
    const double error = worst(client.decrypt(encryptor.encrypt(v, level)), v);
    EXPECT_LT(error, 0x1p-24);
    EXPECT_GT(error, 0x1p-36) << "less noise than the error distribution has";
  }
  fuzz(file, 100, [](ByteView bad) { owner::Encryptor{bad, 1}; });
}

TEST_F(Files, AnEncryptorAddsCiphertextsOfItsKeyAtOneLevel) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true), other(kSet, 1, Random::insecure_seed(2), true),
      larger("insecure_n12_l12", 1, Random::insecure_seed(1), true);
  client.save_public_key(path("public"));
  owner::Encryptor encryptor(read_file(path("public"), 1 << 24), 1);
  const Slots v{{0.75, -0.5}, {0.125, 1}}, w{{0.25, 2}, {-1, 0.5}}, sum{{1, 1.5}, {-0.875, 1.5}};
  for (int level : {0, 7, 15}) {
    const Bytes a = encryptor.encrypt(v, level), both = encryptor.add(a, client.encrypt(w, level));
    EXPECT_EQ(both.size(), ckks::ciphertext_bytes(client.context(), level, false));
    EXPECT_LT(worst(client.decrypt(both), sum), 0x1p-24);
    EXPECT_LT(worst(client.decrypt(encryptor.add(both, both)), {2.0 * sum[0], 2.0 * sum[1]}), 0x1p-23);
  }
  const Bytes good = encryptor.encrypt(v, 3);
  auto text = [&](const Bytes& a, const Bytes& b) -> std::string {
    try {
      encryptor.add(a, b);
    } catch (const FormatError& e) { return e.what(); }
    return "";
  };
  const std::string key = "key id: expected " + ckks::hex(client.key_id());
  EXPECT_NE(text(good, other.encrypt(v, 3)).find(key), std::string::npos);
  EXPECT_NE(text(other.encrypt(v, 3), good).find(key), std::string::npos);
  EXPECT_NE(text(good, larger.encrypt(v, 3)).find("parameters: expected insecure_n10_l12"), std::string::npos);
  EXPECT_NE(text(good, encryptor.encrypt(v, 4)).find("level: expected 3, actual 4"), std::string::npos);
  fuzz(good, 100, [&](ByteView bad) { encryptor.add(good, bad); });
  fuzz(good, 100, [&](ByteView bad) { encryptor.add(bad, good); });
}

TEST_F(Files, ABundleHoldsExactlyThePlannedKeys) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  owner::KeyPlan plan;
  plan.level_of_steps = {{3, 2}, {500, 9}};
  plan.relinearization_level = 4;
  plan.conjugation_level = 1;
  write_bundle(client, plan);
  EXPECT_THROW(client.bundle_writer(path("keys"), plan), FileError);
  const ckks::Manifest manifest = ckks::read_manifest(path("keys"));
  ASSERT_EQ(manifest.keys.size(), 4u);
  EXPECT_EQ(manifest.keys[0].kind, ckks::KeyKind::relinearization);
  EXPECT_EQ(manifest.keys[0].level, 4);
  engine::Engine engine(path("keys"), device::Choice::cpu(2));
  EXPECT_EQ(engine.keys().loaded(), 0);
  const Slots v = [] {
    Slots out(512);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(i) / 512;
    return out;
  }();
  const auto x = engine.deserialize(client.encrypt(v, 2));
  Slots turned = v;
  std::rotate(turned.begin(), turned.begin() + 3, turned.end());
  EXPECT_LT(worst(client.decrypt(engine.serialize(engine.rotate(x, 3))), turned), 0x1p-25);
  EXPECT_LT(worst(client.decrypt(engine.serialize(engine.rotate(x, 3 - 512))), turned), 0x1p-25);
  EXPECT_EQ(engine.keys().loaded(), 1);
  EXPECT_THROW(engine.rotate(x, 4), MissingKey);
  EXPECT_THROW(engine.rotate(engine.deserialize(client.encrypt(v, 3)), 3), MissingKey) << "the key ends at level 2";
  EXPECT_THROW(engine.bootstrap(engine.deserialize(client.encrypt(v, 3)), 512), MissingKey);
}

TEST_F(Files, DamagedBundlesAreRefused) {
  owner::Client client(kSet, 1, Random::insecure_seed(1), true);
  owner::KeyPlan plan;
  plan.level_of_steps = {{1, 1}};
  write_bundle(client, plan);
  const std::string key = path("keys/galois_5.key"), manifest = path("keys/manifest");
  const Bytes good = read_file(key, 1 << 24), text = read_file(manifest, 1 << 20);
  auto rotate = [&] {
    engine::Engine engine(path("keys"), device::Choice::cpu(1));
    engine.rotate(engine.zero(1), 1);
  };
  EXPECT_NO_THROW(rotate());
  fuzz(good, 100, [&](ByteView bad) {
    std::filesystem::remove(key);
    write_file_atomically(key, bad);
    rotate();
  });
  write_file_atomically(key, good);
  fuzz(text, 200, [&](ByteView bad) {
    std::filesystem::remove(manifest);
    write_file_atomically(manifest, bad);
    rotate();
  });
  write_file_atomically(manifest, text);
  std::filesystem::remove(key);
  EXPECT_THROW(rotate(), FileError);
  std::filesystem::remove(manifest);
  EXPECT_THROW(rotate(), FileError) << "no manifest: an unfinished bundle";
}

TEST_F(Files, EqualSeedsGiveEqualBundlesAndEveryWriterHasItsOwnSeed) {
  owner::KeyPlan plan;
  plan.level_of_steps = {{1, 1}};
  Bytes first;
  for (int run = 0; run < 2; ++run) {
    owner::Client client(kSet, 1 + run, Random::insecure_seed(1), true);
    std::filesystem::remove_all(path("keys"));
    write_bundle(client, plan);
    const Bytes once = read_file(path("keys/galois_5.key"), 1 << 24);
    if (run == 1) { EXPECT_EQ(first, once); }
    first = once;
    std::filesystem::remove_all(path("keys"));
    write_bundle(client, plan);
    EXPECT_NE(once, read_file(path("keys/galois_5.key"), 1 << 24)) << "one stream of errors must serve one message";
  }
}

}  // namespace
}  // namespace hetal
