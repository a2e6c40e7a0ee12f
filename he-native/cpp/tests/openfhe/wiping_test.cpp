// No piece of memory that the binding gives back holds the serialised form of OpenFHE's secret key, and no key that is
// let go of holds its polynomial.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>

#include "jni/openfhe/archives.h"
#include "jni/openfhe/secret_bytes.h"
#include "openfhe/engine_client.h"
#include "watch.h"

namespace hetal::openfhe::boundary {
namespace {

using Secrets = std::map<std::string, std::vector<std::uint8_t>>;

/// As much of a JVM as from_bytes calls: it has one array.
class Java : public JNIEnv {
 public:
  Java() {
    calls_.ExceptionCheck = [](JNIEnv*) -> jboolean { return JNI_FALSE; };
    calls_.NewByteArray = [](JNIEnv* env, jsize size) {
      static_cast<Java*>(env)->content_.resize(static_cast<std::size_t>(size));
      return &static_cast<Java*>(env)->array_;
    };
    calls_.SetByteArrayRegion = [](JNIEnv* env, jbyteArray, jsize at, jsize size, const jbyte* from) {
      std::copy_n(from, size, static_cast<Java*>(env)->content_.begin() + at);
    };
    functions = &calls_;
  }
  const Bytes& content() const { return content_; }

 private:
  JNINativeInterface_ calls_{};
  _jbyteArray array_;
  Bytes content_;
};

/// Of one limb of the key's polynomial, as they are in memory.
std::vector<std::uint8_t> first_residues(const PrivateKey& key, std::uint32_t limb, std::size_t count) {
  const lbcrypto::NativePoly poly = key->GetPrivateElement().GetElementAtIndex(limb);
  std::vector<std::uint8_t> out(count * sizeof(std::uint64_t));
  std::memcpy(out.data(), &poly.GetValues()[0], out.size());
  return out;
}

class OpenFheWiping : public ::testing::Test {
 protected:
  /// More bytes than the buffer of private_key_bytes has at first: 16 limbs of 8 KiB.
  OpenFheWiping()
      : context(make_context({.ring_degree = 1 << 10, .depth = 15, .scaling_bits = 50, .first_bits = 60})),
        key(context->KeyGen().secretKey) {
    std::ostringstream out;
    lbcrypto::Serial::Serialize(key, out, lbcrypto::SerType::BINARY);
    const std::string text = out.str();
    bytes.assign(text.begin(), text.end());
    for (const std::uint32_t limb : {0u, 15u}) {
      // With the length before the residues: OpenFHE's own copies, which nobody overwrites, have another form.
      constexpr std::ptrdiff_t kBefore = 16;
      const auto residues = first_residues(key, limb, 6);
      const auto at = std::search(bytes.begin(), bytes.end(), residues.begin(), residues.end());
      EXPECT_GE(bytes.end() - at, std::ssize(residues)) << "limb " << limb << ": not in the serialised form";
      serialized["limb " + std::to_string(limb)].assign(at - kBefore, at + std::ssize(residues));
    }
  }
  ~OpenFheWiping() override { release_context(context); }

  const Context context;
  PrivateKey key;
  Bytes bytes;
  Secrets serialized;
};

const std::map<std::string, int> kNothing;

/// Otherwise the tests below show nothing.
TEST_F(OpenFheWiping, TheWatchSeesTheSerialisedKey) {
  const wiping::Watch watch(serialized);
  { const Bytes copy(bytes); }
  EXPECT_EQ(watch.found(), (std::map<std::string, int>{{"limb 0", 1}, {"limb 15", 1}}));
}

TEST_F(OpenFheWiping, TheBytesForJavaAreOverwritten) {
  Java java;
  {
    const wiping::Watch watch(serialized);
    private_key_bytes(&java, key);
    EXPECT_EQ(watch.found(), kNothing);
    EXPECT_GT(watch.inspected(), 0u);
  }
  EXPECT_EQ(java.content(), bytes);
}

TEST_F(OpenFheWiping, TheBytesFromJavaAreOverwritten) {
  Bytes from_java = bytes;
  const wiping::Watch watch(serialized);
  {
    const HeldPrivateKey read{private_key_from(context, std::move(from_java))};
    EXPECT_EQ(read.value->GetPrivateElement(), key->GetPrivateElement());
  }
  EXPECT_EQ(watch.found(), kNothing);
}

TEST_F(OpenFheWiping, TheBytesFromJavaAreOverwrittenAfterAnError) {
  const Context other = make_context({.ring_degree = 1 << 10, .depth = 2, .scaling_bits = 50, .first_bits = 60});
  Bytes from_java = bytes, truncated(bytes.begin(), bytes.end() - 100);
  {
    const wiping::Watch watch(serialized);
    EXPECT_THROW(private_key_from(context, std::move(truncated)), cereal::Exception);
    EXPECT_EQ(watch.found(), kNothing);
  }
  {
    const wiping::Watch watch(serialized);
    EXPECT_THROW(private_key_from(other, std::move(from_java)), FormatError);
    EXPECT_EQ(watch.found(), kNothing);
  }
  release_context(other);
}

/// OpenFHE's reader leaves copies. A key of another context, which is refused, leaves no more than one that is still
/// held.
TEST_F(OpenFheWiping, AKeyOfAnotherContextIsOverwritten) {
  const Context other = make_context({.ring_degree = 1 << 10, .depth = 2, .scaling_bits = 50, .first_bits = 60});
  const Secrets residues{{"limb 0", first_residues(key, 0, 8)}, {"limb 15", first_residues(key, 15, 8)}};
  const auto left_by = [&](const Context& own) {
    Bytes from_java = bytes;
    PrivateKey held;
    const wiping::Watch watch(residues);
    try {
      held = private_key_from(own, std::move(from_java));
      EXPECT_EQ(own, context);
    } catch (const FormatError&) { EXPECT_EQ(own, other); }
    return watch.found();
  };
  const auto left_by_openfhe = left_by(context);
  EXPECT_EQ(left_by(other), left_by_openfhe);
  release_context(other);
}

TEST_F(OpenFheWiping, TheResiduesOfCoefficientsAreOverwritten) {
  const auto coefficients = secret_coefficients(key);
  const auto q = primes(context);
  Secrets residues;
  for (const std::size_t limb : {1u, 9u}) {
    // The end of one limb and the beginning of the next: OpenFHE's own copies are of one limb each.
    std::vector<std::uint64_t> words;
    for (std::size_t i = coefficients.size() - 8; i < coefficients.size() + 8; ++i) {
      const std::int64_t c = coefficients[i % coefficients.size()];
      words.push_back(c < 0 ? q[i < coefficients.size() ? limb - 1 : limb] - 1 : static_cast<std::uint64_t>(c));
    }
    auto& bytes_of_words = residues["limb " + std::to_string(limb)];
    bytes_of_words.resize(words.size() * sizeof words[0]);
    std::memcpy(bytes_of_words.data(), words.data(), bytes_of_words.size());
  }
  const wiping::Watch watch(residues);
  const PrivateKey same = secret_from_coefficients(context, coefficients, "same");
  EXPECT_EQ(same->GetPrivateElement(), key->GetPrivateElement());
  EXPECT_EQ(watch.found(), kNothing);
}

TEST_F(OpenFheWiping, AKeyThatIsLetGoOfHoldsNoResidues) {
  const Secrets residues{{"limb 0", first_residues(key, 0, 8)}, {"limb 15", first_residues(key, 15, 8)}};
  const wiping::Watch watch(residues);
  {
    const HeldPrivateKey held{wiped_at_end(std::move(key))};
    EXPECT_NE(held.value->GetPrivateElement().GetNumOfElements(), 0u);
  }
  EXPECT_EQ(watch.found(), kNothing);
  EXPECT_GT(watch.inspected(), 16u);
}

/// A decryption goes on while its client is closed.
TEST_F(OpenFheWiping, TheLastHolderOfAKeyOverwritesIt) {
  const Secrets residues{{"limb 0", first_residues(key, 0, 8)}, {"limb 15", first_residues(key, 15, 8)}};
  const wiping::Watch watch(residues);
  {
    auto held = std::make_unique<HeldPrivateKey>(HeldPrivateKey{wiped_at_end(std::move(key))});
    const PrivateKey in_use = held->value;
    held.reset();
    const lbcrypto::NativePoly& limb = in_use->GetPrivateElement().GetElementAtIndex(0);
    EXPECT_EQ(std::memcmp(&limb.GetValues()[0], residues.at("limb 0").data(), residues.at("limb 0").size()), 0);
  }
  EXPECT_EQ(watch.found(), kNothing);
}

TEST_F(OpenFheWiping, AKeyThatIsRefusedIsOverwritten) {
  const EngineClient client("insecure_n10_l12", 1);
  const auto coefficients = secret_coefficients(client.secret());
  const Secrets residues{{"evaluations", first_residues(client.secret(), 0, 8)}};
  std::unique_ptr<wiping::Watch> watch;
  const auto another = [&](const Context& own) {
    PrivateKey out = secret_from_coefficients(own, coefficients, "another id");
    watch = std::make_unique<wiping::Watch>(residues);
    return out;
  };
  EXPECT_THROW(EngineClient("insecure_n10_l12", 1, client.key_id(), another), FormatError);
  ASSERT_NE(watch, nullptr);
  EXPECT_EQ(watch->found(), kNothing);
  EXPECT_GT(watch->inspected(), 16u);
  watch.reset();
  release_context(client.openfhe());
}

/// The secret of a client of the engine, modulo q0: coefficients, and evaluations.
Secrets forms_of(const EngineClient& client) {
  lbcrypto::NativePoly coefficients = client.secret()->GetPrivateElement().GetElementAtIndex(0);
  coefficients.SetFormat(Format::COEFFICIENT);
  Secrets out{{"coefficients", {}}, {"evaluations", first_residues(client.secret(), 0, 8)}};
  out["coefficients"].resize(8 * sizeof(std::uint64_t));
  std::memcpy(out["coefficients"].data(), &coefficients.GetValues()[0], out["coefficients"].size());
  return out;
}

TEST_F(OpenFheWiping, EvaluationKeysLeaveNoResiduesOfTheSecret) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("hetal-openfhe-wiping-" + std::to_string(std::random_device{}()));
  const EngineClient client("insecure_n10_l12", 1);
  owner::KeyPlan plan;
  plan.level_of_steps[3] = 2;
  plan.relinearization_level = 2;
  plan.bootstrap = true;
  {
    const wiping::Watch watch(forms_of(client));
    {
      const auto writer = client.bundle_writer(folder.string(), plan);
      while (writer->done() < writer->total()) writer->write_next();
      writer->commit();
    }
    EXPECT_EQ(watch.found(), kNothing);
    EXPECT_GT(watch.inspected(), 100u);
  }
  {
    const wiping::Watch watch(forms_of(client));
    EXPECT_EQ(secret_coefficients(client.secret()).size(), 1u << 10);
    EXPECT_EQ(watch.found(), kNothing);
    EXPECT_GT(watch.inspected(), 0u);
  }
  release_context(client.openfhe());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace hetal::openfhe::boundary
