#include "owner/key_generator.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace hetal::owner {
namespace {

using ckks::Basis;
using ckks::Context;
using ckks::RnsPoly;

/// Hamming weight of the sparse secret. It determines the largest overflow of a bootstrap
/// (bootstrap/eval_mod_constants.h).
constexpr std::size_t kSparseWeight = 32;

RnsPoly gaussian_poly(const Context& context, Random& random, Basis basis) {
  SecretVector e(context.n());
  random.gaussian(e.values.data(), e.values.size());
  return context.from_coefficients(e.values, basis);
}

}  // namespace

Seed derived(const Seed& seed, std::uint64_t purpose) {
  Random random(seed, purpose);
  Seed out;
  for (std::size_t i = 0; i < out.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t word = random.next();
    std::memcpy(out.data() + i, &word, sizeof word);
  }
  return out;
}

SecretKey::SecretKey(const Context& context, const Seed& seed) : coefficients_(context.n()), sparse_(context.n()) {
  Random random(seed, 0);
  random.ternary(coefficients_.data(), coefficients_.size());
  random.sparse_ternary(sparse_.data(), sparse_.size(), kSparseWeight);
}

SecretKey::SecretKey(std::vector<std::int64_t> coefficients, std::vector<std::int64_t> sparse)
    : coefficients_(std::move(coefficients)), sparse_(std::move(sparse)) {}

SecretKey::~SecretKey() {
  explicit_bzero(coefficients_.data(), coefficients_.size() * sizeof(std::int64_t));
  explicit_bzero(sparse_.data(), sparse_.size() * sizeof(std::int64_t));
}

KeyGenerator::KeyGenerator(const Context& context, const SecretKey& secret, const Seed& seed)
    : context_(context), secret_(secret), uniform_seed_(derived(seed, 0)), error_seed_(derived(seed, 1)) {}

KeyGenerator::~KeyGenerator() { explicit_bzero(error_seed_.data(), error_seed_.size()); }

RnsPoly KeyGenerator::extended(const std::vector<std::int64_t>& coefficients, int level) const {
  return context_.from_coefficients(coefficients, {level + 1, true});
}

ckks::SwitchingKey KeyGenerator::switching(const SecretPoly& from, const SecretPoly& to, int level) {
  const ckks::Parameters& p = context_.parameters();
  const Basis basis{level + 1, true};
  device::Device& device = context_.device();
  std::vector<Word> special_product(static_cast<std::size_t>(level) + 1, 1);
  for (int i = 0; i <= level; ++i) {
    Word& product = special_product[static_cast<std::size_t>(i)];
    for (Word prime : p.p()) product = context_.modulus(i).mul(product, prime % context_.modulus(i).value());
  }
  ckks::SwitchingKey key;
  key.level = level;
  key.seed = uniform_seed_;
  key.stream = stream_ + 1;
  for (int d = 0; d < p.digit_count(level); ++d) {
    RnsPoly a = context_.allocate(basis);
    device.uniform(context_.view(a), uniform_seed_, ++stream_);
    Random random(error_seed_, stream_);
    RnsPoly b = gaussian_poly(context_, random, basis);
    const SecretPoly product(context_, context_.allocate(basis));
    device.mul(context_.view(product.poly()), a.data(), to.data());
    device.sub(context_.view(b), b.data(), product.data());
    const int begin = p.digit_begin(d), end = std::min(p.digit_begin(d + 1), level + 1);
    const std::size_t at = static_cast<std::size_t>(begin) * context_.n();
    device.mul_scalar_add({b.data() + at, context_.view(b).moduli + begin, static_cast<std::uint32_t>(end - begin)},
                          from.data() + at, special_product.data() + begin);
    key.a.push_back(std::move(a));
    key.b.push_back(std::move(b));
  }
  return key;
}

ckks::SwitchingKey KeyGenerator::relinearization(int level) {
  const SecretPoly s(context_, extended(secret_.coefficients(), level));
  const SecretPoly square(context_, context_.allocate(s.basis()));
  context_.device().mul(context_.view(square.poly()), s.data(), s.data());
  return switching(square, s, level);
}

ckks::SwitchingKey KeyGenerator::galois(std::uint32_t galois, int level) {
  // The inverse of g modulo 2N is g^(N/2 - 1), because the exponent of the group divides N/2.
  const std::uint64_t m = 2 * context_.n();
  std::uint64_t inverse = 1;
  for (std::uint64_t i = 0, power = galois; (context_.n() / 2 - 1) >> i != 0; ++i, power = power * power % m) {
    if ((context_.n() / 2 - 1) >> i & 1) inverse = inverse * power % m;
  }
  const SecretPoly s(context_, extended(secret_.coefficients(), level));
  const SecretPoly turned(context_, context_.allocate(s.basis()));
  context_.device().automorphism(context_.view(turned.poly()), s.data(), static_cast<std::uint32_t>(inverse));
  return switching(s, turned, level);
}

void KeyGenerator::encapsulation(ckks::EvaluationKeys& keys) {
  const int top = context_.parameters().top_level();
  {
    const SecretPoly sparse(context_, extended(secret_.sparse(), top));
    const SecretPoly dense(context_, extended(secret_.coefficients(), top));
    keys.from_sparse = switching(sparse, dense, top);
  }
  // Two limbs, of q0 and the first special prime. b = -a s' + e + p s on the limb of q0.
  const std::uint16_t moduli[2] = {0, static_cast<std::uint16_t>(context_.p_index(0))};
  device::Device& device = context_.device();
  auto two_limbs = [&](const std::vector<std::int64_t>& coefficients) {
    RnsPoly out = context_.allocate({2, false});
    device.from_signed({out.data(), moduli, 2}, coefficients.data());
    device.ntt({out.data(), moduli, 2});
    return out;
  };
  keys.to_sparse_a = context_.allocate({2, false});
  keys.to_sparse_seed = uniform_seed_;
  keys.to_sparse_stream = ++stream_;
  device.uniform({keys.to_sparse_a.data(), moduli, 2}, uniform_seed_, stream_);
  Random random(error_seed_, stream_);
  SecretVector e(context_.n());
  random.gaussian(e.values.data(), e.values.size());
  keys.to_sparse_b = two_limbs(e.values);
  const SecretPoly product(context_, two_limbs(secret_.sparse()));
  device.mul({product.data(), moduli, 2}, product.data(), keys.to_sparse_a.data());
  device.sub({keys.to_sparse_b.data(), moduli, 2}, keys.to_sparse_b.data(), product.data());
  const Word factor = context_.parameters().p()[0] % context_.modulus(0).value();
  const SecretPoly s(context_, two_limbs(secret_.coefficients()));
  device.mul_scalar_add({keys.to_sparse_b.data(), moduli, 1}, s.data(), &factor);
}

PublicKey make_public_key(const Context& context, const SecretKey& secret, const Seed& seed, int level) {
  const Basis basis{level + 1, false};
  PublicKey key{level, {}, context.allocate(basis), derived(seed, 0), 1};
  context.device().uniform(context.view(key.a), key.seed, key.stream);
  Random random(derived(seed, 1), key.stream);
  key.b = gaussian_poly(context, random, basis);
  const SecretPoly product(context, context.from_coefficients(secret.coefficients(), basis));
  context.device().mul(context.view(product.poly()), product.data(), key.a.data());
  context.device().sub(context.view(key.b), key.b.data(), product.data());
  return key;
}

ckks::Ciphertext encrypt(const Context& context, const PublicKey& key, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level) {
  require<LevelError>(level >= 0 && level <= key.level, "encrypt: expected a level of 0 to ", key.level, ", actual ",
                      level);
  Random random(derived(seed, 2), stream);
  const Basis basis{level + 1, false};
  device::Device& device = context.device();
  SecretVector message(context.encoder().encode(slots, context.parameters().scale(level)));
  context.require_fits(message.values, level);
  SecretVector small(context.n());
  random.ternary(small.values.data(), small.values.size());
  const SecretPoly v(context, context.from_coefficients(small.values, basis));
  ckks::Ciphertext out{{}, level, context.parameters().scale(level)};
  for (const RnsPoly* half : {&key.b, &key.a}) {
    random.gaussian(small.values.data(), small.values.size());
    if (half == &key.b) {
      for (std::size_t i = 0; i < context.n(); ++i) small.values[i] += message.values[i];
    }
    out.parts.push_back(context.from_coefficients(small.values, basis));
    const SecretPoly product(context, context.allocate(basis));
    device.mul(context.view(product.poly()), half->data(), v.data());
    device.add(context.view(out.parts.back()), out.parts.back().data(), product.data());
  }
  return out;
}

Seed uniform_seed(const Seed& seed) { return derived(seed, 0); }

ckks::Ciphertext encrypt(const Context& context, const SecretKey& secret, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level) {
  Random random(derived(seed, 1), stream);
  const Basis basis{level + 1, false};
  const double scale = context.parameters().scale(level);
  RnsPoly c1 = context.allocate(basis);
  context.device().uniform(context.view(c1), uniform_seed(seed), stream);
  SecretVector message(context.encoder().encode(slots, scale));
  context.require_fits(message.values, level);
  SecretVector e(context.n());
  random.gaussian(e.values.data(), e.values.size());
  for (std::size_t i = 0; i < context.n(); ++i) message.values[i] += e.values[i];
  RnsPoly c0 = context.from_coefficients(message.values, basis);
  const SecretPoly product(context, context.from_coefficients(secret.coefficients(), basis));
  context.device().mul(context.view(product.poly()), product.data(), c1.data());
  context.device().sub(context.view(c0), c0.data(), product.data());
  ckks::Ciphertext out{{}, level, scale};
  out.parts.push_back(std::move(c0));
  out.parts.push_back(std::move(c1));
  return out;
}

std::vector<std::complex<double>> decrypt(const Context& context, const SecretKey& secret,
                                          const ckks::Ciphertext& ciphertext) {
  // A message is far smaller than q0 q1, so two limbs determine it.
  const int limbs = std::min(ciphertext.level + 1, 2);
  const Basis basis{limbs, false};
  const SecretPoly s(context, context.from_coefficients(secret.coefficients(), basis));
  const SecretPoly m(context, context.copy(ciphertext.parts.back(), limbs));
  for (std::size_t i = ciphertext.parts.size() - 1; i-- > 0;) {
    context.device().mul(context.view(m.poly()), m.data(), s.data());
    context.device().add(context.view(m.poly()), m.data(), ciphertext.parts[i].data());
  }
  context.device().intt(context.view(m.poly()));
  std::vector<Word> host(static_cast<std::size_t>(limbs) * context.n());
  context.device().download(host.data(), m.data(), host.size());
  const Modulus& q0 = context.modulus(0);
  std::vector<double> coefficients(context.n());
  for (std::size_t i = 0; i < context.n(); ++i) {
    __int128 value = host[i];
    __int128 modulus = q0.value();
    if (limbs == 2) {
      const Modulus& q1 = context.modulus(1);
      const Word difference = q1.sub(host[context.n() + i], host[i] % q1.value());
      value += modulus * static_cast<__int128>(q1.mul(difference, q1.inverse(q0.value() % q1.value())));
      modulus *= q1.value();
    }
    if (value > modulus / 2) value -= modulus;
    coefficients[i] = static_cast<double>(value) / ciphertext.scale;
  }
  return context.encoder().decode(coefficients);
}

}  // namespace hetal::owner
