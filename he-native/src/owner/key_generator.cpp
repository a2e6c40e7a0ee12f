#include "owner/key_generator.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace hetal::owner {
namespace {

using ckks::Basis;
using ckks::Context;
using ckks::RnsPoly;

constexpr std::size_t kSparseWeight = 32;

/// Independent seeds from one: what becomes public (the uniform halves) must not reveal the errors.
Seed derived(const Seed& seed, std::uint64_t purpose) {
  Random random(seed, purpose);
  Seed out;
  for (std::size_t i = 0; i < out.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t word = random.next();
    std::memcpy(out.data() + i, &word, sizeof word);
  }
  return out;
}

std::vector<std::int64_t> gaussian(const Context& context, Random& random) {
  std::vector<std::int64_t> e(context.n());
  random.gaussian(e.data(), e.size());
  return e;
}

}  // namespace

SecretKey::SecretKey(const Context& context, const Seed& seed)
    : coefficients_(context.n()), sparse_(context.n()) {
  Random random(seed, 0);
  random.ternary(coefficients_.data(), coefficients_.size());
  random.sparse_ternary(sparse_.data(), sparse_.size(), kSparseWeight);
}

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

ckks::SwitchingKey KeyGenerator::switching(const RnsPoly& from, const RnsPoly& to, int level) {
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
  for (int d = 0; d < p.digit_count(level); ++d) {
    RnsPoly a = context_.allocate(basis);
    device.uniform(context_.view(a), uniform_seed_, ++stream_);
    Random random(error_seed_, stream_);
    RnsPoly b = context_.from_coefficients(gaussian(context_, random), basis);
    RnsPoly product = context_.allocate(basis);
    device.mul(context_.view(product), a.data(), to.data());
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
  const RnsPoly s = extended(secret_.coefficients(), level);
  RnsPoly square = context_.allocate(s.basis());
  context_.device().mul(context_.view(square), s.data(), s.data());
  return switching(square, s, level);
}

ckks::SwitchingKey KeyGenerator::galois(std::uint32_t galois, int level) {
  // The inverse of g modulo 2N: g^(N/2 - 1), as the group's exponent divides N/2.
  const std::uint64_t m = 2 * context_.n();
  std::uint64_t inverse = 1;
  for (std::uint64_t i = 0, power = galois; (context_.n() / 2 - 1) >> i != 0; ++i, power = power * power % m) {
    if ((context_.n() / 2 - 1) >> i & 1) inverse = inverse * power % m;
  }
  const RnsPoly s = extended(secret_.coefficients(), level);
  RnsPoly turned = context_.allocate(s.basis());
  context_.device().automorphism(context_.view(turned), s.data(), static_cast<std::uint32_t>(inverse));
  return switching(s, turned, level);
}

void KeyGenerator::encapsulation(ckks::EvaluationKeys& keys) {
  const int top = context_.parameters().top_level();
  keys.from_sparse = switching(extended(secret_.sparse(), top), extended(secret_.coefficients(), top), top);

  // Two limbs, q0 and the first special prime: b = -a s' + e + p s on the limb q0.
  const std::uint16_t moduli[2] = {0, static_cast<std::uint16_t>(context_.p_index(0))};
  device::Device& device = context_.device();
  auto two_limbs = [&](const std::vector<std::int64_t>& coefficients) {
    RnsPoly out = context_.allocate({2, false});
    device.from_signed({out.data(), moduli, 2}, coefficients.data());
    device.ntt({out.data(), moduli, 2});
    return out;
  };
  keys.to_sparse_a = context_.allocate({2, false});
  device.uniform({keys.to_sparse_a.data(), moduli, 2}, uniform_seed_, ++stream_);
  Random random(error_seed_, stream_);
  keys.to_sparse_b = two_limbs(gaussian(context_, random));
  RnsPoly product = two_limbs(secret_.sparse());
  device.mul({product.data(), moduli, 2}, product.data(), keys.to_sparse_a.data());
  device.sub({keys.to_sparse_b.data(), moduli, 2}, keys.to_sparse_b.data(), product.data());
  const Word factor = context_.parameters().p()[0] % context_.modulus(0).value();
  const RnsPoly s = two_limbs(secret_.coefficients());
  device.mul_scalar_add({keys.to_sparse_b.data(), moduli, 1}, s.data(), &factor);
}

ckks::Ciphertext encrypt(const Context& context, const SecretKey& secret, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level) {
  Random random(derived(seed, 1), stream);
  const Basis basis{level + 1, false};
  const double scale = context.parameters().scale(level);
  RnsPoly c1 = context.allocate(basis);
  context.device().uniform(context.view(c1), derived(seed, 0), stream);
  std::vector<std::int64_t> coefficients = context.encoder().encode(slots, scale);
  const auto e = gaussian(context, random);
  for (std::size_t i = 0; i < e.size(); ++i) coefficients[i] += e[i];
  RnsPoly c0 = context.from_coefficients(coefficients, basis);
  RnsPoly product = context.from_coefficients(secret.coefficients(), basis);
  context.device().mul(context.view(product), product.data(), c1.data());
  context.device().sub(context.view(c0), c0.data(), product.data());
  ckks::Ciphertext out{{}, level, scale};
  out.parts.push_back(std::move(c0));
  out.parts.push_back(std::move(c1));
  return out;
}

std::vector<std::complex<double>> decrypt(const Context& context, const SecretKey& secret,
                                          const ckks::Ciphertext& ciphertext) {
  // A message is far smaller than q0 q1, so two limbs tell it.
  const int limbs = std::min(ciphertext.level + 1, 2);
  const Basis basis{limbs, false};
  const RnsPoly s = context.from_coefficients(secret.coefficients(), basis);
  RnsPoly m = context.copy(ciphertext.parts.back(), limbs);
  for (std::size_t i = ciphertext.parts.size() - 1; i-- > 0;) {
    context.device().mul(context.view(m), m.data(), s.data());
    context.device().add(context.view(m), m.data(), ciphertext.parts[i].data());
  }
  context.device().intt(context.view(m));
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
