// The data owner who trusts OpenFHE alone with the secret key: the engine works with what OpenFHE made.
#include "openfhe/engine_client.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "base/error.h"
#include "engine/engine.h"
#include "openfhe/secret.h"

namespace hetal::openfhe {
namespace {

using Slots = std::vector<std::complex<double>>;
constexpr char kSet[] = "insecure_n10_l12";

class EngineClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory =
        std::filesystem::temp_directory_path() / ("hetal-engine-client-" + std::to_string(std::random_device{}()));
    client = new EngineClient(kSet, 1);
    owner::KeyPlan plan;
    plan.level_of_steps[3] = 15;
    plan.relinearization_level = 15;
    plan.conjugation_level = 15;
    plan.bootstrap = true;
    const auto writer = client->bundle_writer(directory.string(), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
    engine = new engine::Engine(directory.string(), device::Choice::cpu(1));
  }
  static void TearDownTestSuite() {
    delete engine;
    release_context(client->openfhe());
    delete client;
    std::filesystem::remove_all(directory);
  }

  static Slots real_slots(unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    Slots out(512);
    for (auto& slot : out) slot = uniform(generator);
    return out;
  }
  static ckks::Ciphertext encrypted(const Slots& slots, int level) {
    return engine->deserialize(client->encrypt(slots, level));
  }
  static void expect_noise(const ckks::Ciphertext& actual, const Slots& expected, double low, double high) {
    const auto slots = client->decrypt(engine->serialize(actual));
    double worst = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) worst = std::max(worst, std::abs(slots[i] - expected[i]));
    EXPECT_LT(std::log2(worst), high);
    EXPECT_GT(std::log2(worst), low);
  }

  static std::filesystem::path directory;
  static EngineClient* client;
  static engine::Engine* engine;
};
std::filesystem::path EngineClientTest::directory;
EngineClient* EngineClientTest::client = nullptr;
engine::Engine* EngineClientTest::engine = nullptr;

TEST_F(EngineClientTest, ItsKeysRelinearizeRotateConjugateBootstrap) {
  const Slots x = real_slots(1), y = real_slots(2);
  const auto a = encrypted(x, 15), b = encrypted(y, 15);
  expect_noise(a, x, -44, -32);
  Slots product(512), turned(512);
  for (std::size_t i = 0; i < 512; ++i) {
    product[i] = x[i] * y[i];
    turned[i] = x[(i + 3) % 512];
  }
  const std::vector<const ckks::Ciphertext*> left{&a}, right{&b};
  expect_noise(engine->rescale(engine->relinearize(engine->multiply_sum(left, right))), product, -44, -29);
  expect_noise(engine->rotate(a, 3), turned, -44, -29);
  expect_noise(engine->conjugate(a), x, -44, -29);
  expect_noise(engine->bootstrap(encrypted(x, 3), 512), x, -34, -19);
}

TEST_F(EngineClientTest, SecretComesBackFromItsCoefficients) {
  const EngineClient again(kSet, 1, client->key_id(), [&](const Context& context) {
    return secret_from_coefficients(context, secret_coefficients(client->secret()), ckks::hex(client->key_id()));
  });
  const Slots x = real_slots(3);
  const auto slots = again.decrypt(client->encrypt(x, 2));
  for (std::size_t i = 0; i < slots.size(); ++i) ASSERT_NEAR(slots[i].real(), x[i].real(), 0x1p-30);
}

TEST_F(EngineClientTest, AWipedSecretHasZerosOnly) {
  const PrivateKey secret = secret_from_coefficients(client->openfhe(), secret_coefficients(client->secret()), "wiped");
  const auto residues_left = [&] {
    std::size_t left = 0;
    for (const auto& limb : secret->GetPrivateElement().GetAllElements()) {
      for (std::size_t i = 0; i < limb.GetLength(); ++i) left += limb[i].ConvertToInt<std::uint64_t>() != 0;
    }
    return left;
  };
  EXPECT_GT(residues_left(), 1000u);
  wipe(secret);
  EXPECT_EQ(residues_left(), 0u);
}

TEST_F(EngineClientTest, BadInputThrows) {
  EXPECT_THROW(client->encrypt({1.0}, 16), LevelError);
  EXPECT_THROW(client->encrypt({1.0}, -1), LevelError);
  EXPECT_THROW(client->encrypt(Slots(3), 1), InvalidArgument);
  EXPECT_THROW(EngineClient("n99", 1), InvalidArgument);
  Bytes bytes = client->encrypt({1.0}, 1);
  bytes[bytes.size() / 2] ^= 1;
  EXPECT_THROW(client->decrypt(bytes), FormatError);
  bytes.resize(10);
  EXPECT_THROW(client->decrypt(bytes), FormatError);
}

}  // namespace
}  // namespace hetal::openfhe
