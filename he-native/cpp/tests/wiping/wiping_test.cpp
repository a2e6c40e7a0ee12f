// No piece of memory that the owner's code gives back holds the secret key, in any form that it takes on, or a seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

#include <sys/mman.h>

#include "base/files.h"
#include "owner/client.h"
#include "support/temporary_folder.h"
#include "watch.h"

namespace hetal {
namespace {

using Secrets = std::map<std::string, std::vector<std::uint8_t>>;

constexpr char kSet[] = "insecure_n10_l12";
/// As in client.cpp: the streams of the master seed from which later seeds are derived.
constexpr std::uint64_t kSeedStreams = 1u << 20;

template <typename Value>
std::vector<std::uint8_t> bytes_of(const Value* values, std::size_t count) {
  std::vector<std::uint8_t> out(count * sizeof(Value));
  std::memcpy(out.data(), values, out.size());
  return out;
}

/// The first 64 coefficients from `at` on in the form of a key file.
std::vector<std::uint8_t> packed(std::span<const std::int64_t> coefficients, std::size_t at) {
  std::vector<std::uint8_t> out(16);
  for (std::size_t i = 0; i < 64; ++i) {
    const unsigned code = coefficients[at + i] == -1 ? 2u : static_cast<unsigned>(coefficients[at + i]);
    out[i / 4] = static_cast<std::uint8_t>(out[i / 4] | code << (2 * (i % 4)));
  }
  return out;
}

/// Where 64 coefficients begin of which the most are not 0.
std::size_t densest(std::span<const std::int64_t> coefficients) {
  std::size_t best = 0;
  std::ptrdiff_t most = -1;
  for (std::size_t at = 0; at + 64 <= coefficients.size(); at += 64) {
    const auto first = coefficients.begin() + static_cast<std::ptrdiff_t>(at);
    const std::ptrdiff_t here = 64 - std::count(first, first + 64, 0);
    if (here > most) most = here, best = at;
  }
  return best;
}

void add_forms(Secrets& out, const std::string& name, const ckks::Context& context,
               std::span<const std::int64_t> coefficients) {
  const std::size_t at = densest(coefficients);
  out[name + ", coefficients"] = bytes_of(coefficients.data() + at, 64);
  out[name + ", packed"] = packed(coefficients, at);
  const ckks::RnsPoly poly = context.from_coefficients(coefficients, {2, true});
  const ckks::RnsPoly square = context.allocate({2, true});
  context.device().mul(context.view(square), poly.data(), poly.data());
  for (int limb = 0; limb < 2 + context.special(); ++limb) {
    const std::size_t word = static_cast<std::size_t>(limb) * context.n();
    std::vector<Word> host(8);
    context.device().download(host.data(), poly.data() + word, host.size());
    out[name + ", limb " + std::to_string(limb)] = bytes_of(host.data(), host.size());
    context.device().download(host.data(), square.data() + word, host.size());
    out[name + " squared, limb " + std::to_string(limb)] = bytes_of(host.data(), host.size());
  }
}

Secrets secrets_of(const Seed& seed) {
  const ckks::Context context(ckks::Parameters::named(kSet), 1);
  const owner::SecretKey key(context, seed);
  Secrets out;
  add_forms(out, "secret", context, key.coefficients());
  add_forms(out, "sparse secret", context, key.sparse());
  out["master seed"] = bytes_of(seed.data(), seed.size());
  for (std::uint64_t i = 1; i <= 4; ++i) {
    const Seed later = owner::derived(seed, kSeedStreams + i).value();
    out["seed " + std::to_string(i)] = bytes_of(later.data(), later.size());
    const Seed errors = owner::derived(later, 1).value();
    out["seed of errors " + std::to_string(i)] = bytes_of(errors.data(), errors.size());
  }
  return out;
}

class Wiping : public ::testing::Test {
 protected:
  TemporaryFolder folder;
  /// Without long runs of zeros, which are everywhere.
  const Seed seed = owner::derived(Random::insecure_seed(1), 7).value();
  const Secrets secrets = secrets_of(seed);
};

/// Otherwise the tests below show nothing: each form is seen when it is not wiped.
TEST_F(Wiping, TheWatchSeesEachSecretThatIsNotWiped) {
  const wiping::Watch watch(secrets);
  for (const auto& [name, secret] : secrets) {
    { const std::vector<std::uint8_t> copy(secret); }
    EXPECT_EQ(watch.found()[name], 1) << name;
  }
  void* const memory = huge_pages(std::size_t{1} << 21);
  std::memcpy(static_cast<std::uint8_t*>(memory) + 4096, secrets.at("secret, packed").data(), 16);
  asm volatile("" : : "r"(memory) : "memory");  // the compiler leaves out what is written before free
  std::free(memory);
  EXPECT_EQ(watch.found()["secret, packed"], 2) << "memory of the pool";
  void* const pages = mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  std::memcpy(static_cast<std::uint8_t*>(pages) + 4096, secrets.at("secret, packed").data(), 16);
  munmap(pages, 8192);
  EXPECT_EQ(watch.found()["secret, packed"], 3) << "pages of their own";
}

TEST_F(Wiping, AClientGivesBackNothingOfItsKey) {
  const wiping::Watch watch(secrets);
  {
    owner::Client client(kSet, 2, seed, true);
    const std::vector<std::complex<double>> slots(client.context().parameters().slot_count(), 0.5);
    const Bytes ciphertext = client.encrypt(slots, 3);
    EXPECT_NEAR(client.decrypt(ciphertext)[0].real(), 0.5, 1e-3);
    client.save_secret_key(folder.path("secret"));
    client.save_public_key(folder.path("public"));
    owner::KeyPlan plan;
    plan.level_of_steps[1] = 2;
    plan.relinearization_level = 2;
    plan.conjugation_level = 1;
    plan.bootstrap = true;
    const auto writer = client.bundle_writer(folder.path("keys"), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
  }
  EXPECT_EQ(watch.found(), (std::map<std::string, int>{}));
  EXPECT_GT(watch.inspected(), 100u);
}

TEST_F(Wiping, AClientFromAFileGivesBackNothingOfItsKey) {
  owner::Client(kSet, 1, seed, true).save_secret_key(folder.path("secret"));
  const wiping::Watch watch(secrets);
  {
    const SecretBytes file(read_private_file(folder.path("secret"), 1 << 20));
    owner::Client client(file.view(), 1);
    const std::vector<std::complex<double>> slots(client.context().parameters().slot_count(), 0.5);
    EXPECT_NEAR(client.decrypt(client.encrypt(slots, 0))[0].real(), 0.5, 1e-2);
    const SecretBytes again(client.secret_key_file());
  }
  EXPECT_EQ(watch.found(), (std::map<std::string, int>{}));
}

/// The second polynomial is damaged, the first one was unpacked already; and the file cannot be written.
TEST_F(Wiping, NothingOfTheKeyIsGivenBackAfterAnError) {
  owner::Client(kSet, 1, seed, true).save_secret_key(folder.path("secret"));
  const wiping::Watch watch(secrets);
  {
    Bytes file = read_private_file(folder.path("secret"), 1 << 20);
    const std::size_t digest_at = file.size() - sizeof(Digest);
    file[digest_at - 1] = 0xff;
    Sha256 sha;
    sha.update(file.data(), digest_at);
    const Digest digest = sha.finish();
    std::memcpy(file.data() + digest_at, digest.data(), digest.size());
    EXPECT_THROW(owner::Client(file, 1), FormatError);
    explicit_bzero(file.data(), file.size());
    const owner::Client client(kSet, 1, seed, true);
    EXPECT_THROW(client.save_secret_key(folder.path("secret")), FileWriteError);
  }
  EXPECT_EQ(watch.found(), (std::map<std::string, int>{}));
}

/// The message with its noise, in each form that a decryption computes.
Secrets message_of(const Seed& seed, const Bytes& file, const ckks::KeyId& id) {
  const ckks::Context context(ckks::Parameters::named(kSet), 1);
  const owner::SecretKey key(context, seed);
  const ckks::Ciphertext ciphertext = ckks::deserialize(context, file, id);
  const ckks::RnsPoly s = context.from_coefficients(key.coefficients(), {1, false});
  const ckks::RnsPoly m = context.copy(ciphertext.parts[1], 1);
  context.device().mul(context.view(m), m.data(), s.data());
  context.device().add(context.view(m), m.data(), ciphertext.parts[0].data());
  Secrets out;
  std::vector<Word> host(8);
  context.device().download(host.data(), m.data(), host.size());
  out["message, evaluation form"] = bytes_of(host.data(), host.size());
  context.device().intt(context.view(m));
  context.device().download(host.data(), m.data(), host.size());
  out["message, residues of the coefficients"] = bytes_of(host.data(), host.size());
  std::vector<double> coefficients;
  const Word q0 = context.modulus(0).value();
  for (const Word word : host) {
    const double value = word > q0 / 2 ? -static_cast<double>(q0 - word) : static_cast<double>(word);
    coefficients.push_back(value / ciphertext.scale);
  }
  out["message, coefficients"] = bytes_of(coefficients.data(), coefficients.size());
  return out;
}

TEST_F(Wiping, ADecryptionGivesBackNothingOfTheExactMessage) {
  owner::Client maker(kSet, 1, seed, true);
  // At level 0, where one limb holds the message.
  const Bytes ciphertext = maker.encrypt({0.25}, 0);
  const wiping::Watch watch(message_of(seed, ciphertext, maker.key_id()));
  {
    const owner::Client client(kSet, 1, seed, true);
    EXPECT_NEAR(client.decrypt(ciphertext)[0].real(), 0.25, 1e-2);
  }
  EXPECT_EQ(watch.found(), (std::map<std::string, int>{}));
}

/// What the first encryption of zeros with a public key takes from a seed: v, e0, e1 and the products of v.
Secrets of_an_encryption(const Seed& seed, const ckks::Context& context, const owner::PublicKey& key, int level) {
  Secrets out;
  out["seed"] = bytes_of(seed.data(), seed.size());
  const Seed later = owner::derived(seed, 2).value();
  out["seed of v and errors"] = bytes_of(later.data(), later.size());
  Random random(later, 1);
  std::vector<std::int64_t> values(context.n());
  random.ternary(values.data(), values.size());
  out["v, coefficients"] = bytes_of(values.data() + densest(values), 64);
  const ckks::Basis basis{level + 1, false};
  const ckks::RnsPoly v = context.from_coefficients(values, basis), product = context.allocate(basis);
  std::vector<Word> host(8);
  const std::map<std::string, const Word*> factors{{"v", nullptr}, {"v b", key.b.data()}, {"v a", key.a.data()}};
  for (const auto& [name, factor] : factors) {
    if (factor != nullptr) context.device().mul(context.view(product), v.data(), factor);
    const Word* const from = factor == nullptr ? v.data() : product.data();
    for (int limb = 0; limb <= level; ++limb) {
      context.device().download(host.data(), from + static_cast<std::size_t>(limb) * context.n(), host.size());
      out[name + ", limb " + std::to_string(limb)] = bytes_of(host.data(), host.size());
    }
  }
  for (const char* const name : {"e0, coefficients", "e1, coefficients"}) {
    random.gaussian(values.data(), values.size());
    out[name] = bytes_of(values.data(), 64);
  }
  return out;
}

TEST_F(Wiping, AnEncryptorGivesBackNothingOfItsSeedNorOfWhatItDraws) {
  constexpr int kLevel = 2;
  owner::Client(kSet, 1, seed, true).save_public_key(folder.path("public"));
  const Bytes file = read_file(folder.path("public"), 1 << 24);
  const ckks::Context context(ckks::Parameters::named(kSet), 1);
  const std::vector<std::complex<double>> zeros(context.parameters().slot_count());
  // The client's second seed after the master seed is that of its public key.
  const owner::PublicKey key =
      owner::make_public_key(context, owner::SecretKey(context, seed), owner::derived(seed, kSeedStreams + 2).value(),
                             context.parameters().bootstrap_output_level());
  const Seed drawn = owner::derived(seed, 8).value();
  Bytes ciphertext;
  ckks::KeyId id{};
  {
    const wiping::Watch watch(of_an_encryption(drawn, context, key, kLevel));
    {
      const wiping::KnownRandomness system(drawn);
      // Not on the stack: the watch sees the memory of the object, too.
      const auto encryptor = std::make_unique<owner::Encryptor>(file, 1);
      ciphertext = encryptor->encrypt(zeros, kLevel);
      id = encryptor->key_id();
    }
    EXPECT_EQ(watch.found(), (std::map<std::string, int>{}));
    EXPECT_GT(watch.inspected(), 10u);
  }
  // Otherwise the watch looked for other numbers than those that were drawn.
  EXPECT_EQ(ciphertext, ckks::serialize(context, owner::encrypt(context, key, drawn, 1, zeros, kLevel), id));
}

}  // namespace
}  // namespace hetal
