// The errors in ciphertexts and keys as they are stored, recovered with the secret: each has the right size, and no two
// depend on each other. Who knows the difference of two errors of one uniform half knows the difference of the
// messages.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/files.h"
#include "ckks/key_bundle.h"
#include "ckks/limb_packing.h"
#include "owner/client.h"
#include "support/temporary_folder.h"

namespace hetal {
namespace {

constexpr char kSet[] = "insecure_n10_l12";
using Error = std::vector<double>;

class Errors : public ::testing::Test {
 protected:
  Errors() : seed(Random::insecure_seed(77)), client(kSet, 1, seed, true), secret(context(), seed) {}

  const ckks::Context& context() const { return client.context(); }

  /// b + a s modulo one prime, where the message is 0: signed coefficients. `b` and `a`: the limb of that prime.
  Error error(const Word* b, const Word* a, std::span<const std::int64_t> s, int prime,
              std::uint32_t galois = 1) const {
    const std::uint16_t moduli[1] = {static_cast<std::uint16_t>(prime)};
    device::Device& device = context().device();
    const ckks::RnsPoly product = context().allocate({1, false}), key = context().allocate({1, false});
    const device::Limbs at{product.data(), moduli, 1}, key_at{key.data(), moduli, 1};
    device.from_signed(at, s.data());
    device.ntt(at);
    device.automorphism(key_at, product.data(), galois);
    device.mul(at, key.data(), a);
    device.add(at, product.data(), b);
    device.intt(at);
    std::vector<Word> host(context().n());
    device.download(host.data(), product.data(), host.size());
    const Word q = context().modulus(prime).value();
    Error out;
    for (const Word r : host) out.push_back(r > q / 2 ? -static_cast<double>(q - r) : static_cast<double>(r));
    return out;
  }

  void add_ciphertext(const std::string& name, const ckks::Ciphertext& c) {
    errors[name] = error(c.parts[0].data(), c.parts[1].data(), secret.coefficients(), 0);
    uniforms.insert({c.parts[1].data(), c.parts[1].data() + 4});
  }

  /// The special primes have no message. One error per digit.
  void add_key(const std::string& name, const ckks::SwitchingKey& key, std::uint32_t galois = 1) {
    for (std::size_t d = 0; d < key.b.size(); ++d) {
      const std::size_t limb = static_cast<std::size_t>(key.level + 1) * context().n();
      errors[name + " digit " + std::to_string(d)] =
          error(key.b[d].data() + limb, key.a[d].data() + limb, secret.coefficients(), context().p_index(0), galois);
      uniforms.insert({key.a[d].data(), key.a[d].data() + 4});
    }
  }

  void add_bundle(const std::string& name) {
    const TemporaryFolder folder;
    const std::uint32_t rotation = 5, conjugation = static_cast<std::uint32_t>(2 * context().n() - 1);
    owner::KeyPlan plan;
    plan.level_of_steps = {{1, 12}, {2, 3}};
    plan.conjugation_level = 12;
    plan.relinearization_level = 12;
    plan.bootstrap = true;
    const auto writer = client.bundle_writer(folder.path("keys"), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
    ckks::KeyBundle keys(context(), folder.path("keys"), ckks::read_manifest(folder.path("keys")));
    keys.require_relinearization(12);
    keys.require_encapsulation();
    add_key(name + ": relinearization", keys.relinearization);
    add_key(name + ": from sparse", keys.from_sparse);
    for (const std::uint32_t element : {rotation, rotation * rotation, conjugation}) {
      std::uint32_t inverse = 1;
      while (static_cast<std::uint64_t>(inverse) * element % (2 * context().n()) != 1) inverse += 2;
      add_key(name + ": element " + std::to_string(element), *keys.find_galois(element), inverse);
    }
    errors[name + ": to sparse"] =
        error(keys.to_sparse_b.data() + context().n(), keys.to_sparse_a.data() + context().n(), secret.sparse(),
              context().p_index(0));
    uniforms.insert({keys.to_sparse_a.data(), keys.to_sparse_a.data() + 4});
  }

  void add_public_key(const std::string& name) {
    const TemporaryFolder folder;
    client.save_public_key(folder.path("public"));
    const Bytes file = read_file(folder.path("public"), 1 << 22);
    ByteReader in(file, "public key");
    in.raw(8 + 4 + sizeof(Digest) + sizeof(ckks::KeyId) + 32, "prefix and name");
    const int level = static_cast<int>(in.u32("level"));
    const Seed uniform = in.array<sizeof(Seed)>("seed");
    const std::uint64_t stream = in.u64("stream");
    const ckks::RnsPoly b = context().allocate({level + 1, false}), a = context().allocate({level + 1, false});
    const device::Limbs limbs = context().view(b);
    ckks::unpack_limbs(context(), limbs, in.raw(ckks::packed_bytes(context(), limbs), "residues"), "public key");
    context().device().uniform(context().view(a), uniform, stream);
    errors[name] = error(b.data(), a.data(), secret.coefficients(), 0);
    uniforms.insert({a.data(), a.data() + 4});
  }

  static double product(const Error& a, const Error& b) {
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i) out += a[i] * b[i];
    return out;
  }

  /// The size is that of the distribution, and the correlation of two errors of n independent coefficients has the
  /// deviation 1 / sqrt(n): all are within 6 of them.
  void expect_independent() const {
    const double n = static_cast<double>(context().n());
    for (const auto& [name, e] : errors) {
      const double deviation = std::sqrt(product(e, e) / n);
      EXPECT_NEAR(deviation, 3.19, 6 * 3.19 / std::sqrt(2 * n)) << name;
      for (const double c : e) ASSERT_LE(std::abs(c), 19) << name;
      for (const auto& [other, f] : errors) {
        if (other <= name) continue;
        const double correlation = product(e, f) / std::sqrt(product(e, e) * product(f, f));
        EXPECT_LT(std::abs(correlation), 6 / std::sqrt(n)) << name << ", " << other;
      }
    }
    EXPECT_EQ(uniforms.size(), errors.size()) << "two have one uniform half";
  }

  Bytes zeros(int level) { return client.encrypt({{0, 0}}, level); }
  ckks::Ciphertext read(ByteView bytes) const { return ckks::deserialize(context(), bytes, client.key_id()); }

  const Seed seed;
  owner::Client client;
  const owner::SecretKey secret;
  std::map<std::string, Error> errors;
  std::set<std::vector<Word>> uniforms;  ///< the beginnings of the uniform halves
};

TEST_F(Errors, OfStoredKeysAndCiphertextsAreIndependent) {
  for (int i = 0; i < 4; ++i) add_ciphertext("ciphertext " + std::to_string(i), read(zeros(i / 2)));
  for (const char* name : {"first public key", "second public key"}) add_public_key(name);
  for (const char* name : {"first bundle", "second bundle"}) add_bundle(name);
  EXPECT_GT(errors.size(), 30u);
  expect_independent();
}

TEST_F(Errors, OfTwoStreamsOfOneSeedAreIndependent) {
  for (std::uint64_t stream = 1; stream <= 8; ++stream) {
    add_ciphertext("stream " + std::to_string(stream), encrypt(context(), secret, seed, stream, {{0, 0}}, 0));
  }
  owner::KeyGenerator generator(context(), secret, Random::insecure_seed(78));
  for (int i = 0; i < 3; ++i) add_key("key " + std::to_string(i), generator.relinearization(12));
  expect_independent();
}

/// v, e0 and e1 of an encryption with the public key: c0 + c1 s = v e + e0 + e1 s, of which no two are alike.
TEST_F(Errors, OfEncryptionsWithThePublicKeyDiffer) {
  const owner::PublicKey key = make_public_key(context(), secret, Random::insecure_seed(79), 1);
  for (std::uint64_t stream = 1; stream <= 4; ++stream) {
    add_ciphertext("stream " + std::to_string(stream),
                   encrypt(context(), key, Random::insecure_seed(80), stream, {{0, 0}}, 1));
  }
  for (const auto& [name, e] : errors) {
    for (const auto& [other, f] : errors) {
      if (other <= name) continue;
      const double correlation = product(e, f) / std::sqrt(product(e, e) * product(f, f));
      EXPECT_LT(std::abs(correlation), 6 / std::sqrt(static_cast<double>(context().n()))) << name << ", " << other;
    }
  }
  EXPECT_EQ(uniforms.size(), errors.size());
}

}  // namespace
}  // namespace hetal
