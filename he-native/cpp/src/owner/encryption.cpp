#include "owner/encryption.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace hetal::owner {

using ckks::Basis;
using ckks::Context;
using ckks::RnsPoly;

PublicKey make_public_key(const Context& context, const SecretKey& secret, const Seed& seed, int level) {
  const Basis basis{level + 1, false};
  PublicKey key{level, {}, context.allocate(basis), derived(seed, 0).value(), 1};
  context.device().uniform(context.view(key.a), key.seed, key.stream);
  Random random(derived(seed, 1).value(), key.stream);
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
  Random random(derived(seed, 2).value(), stream);
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

Seed uniform_seed(const Seed& seed) { return derived(seed, 0).value(); }

ckks::Ciphertext encrypt(const Context& context, const SecretKey& secret, const Seed& seed, std::uint64_t stream,
                         const std::vector<std::complex<double>>& slots, int level) {
  Random random(derived(seed, 1).value(), stream);
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
  // With the ciphertext the exact message gives the key, so it is overwritten, too.
  struct Wiped {
    std::vector<Word> host;
    std::vector<double> coefficients;
    ~Wiped() {
      explicit_bzero(host.data(), host.size() * sizeof(Word));
      explicit_bzero(coefficients.data(), coefficients.size() * sizeof(double));
    }
  } message{std::vector<Word>(static_cast<std::size_t>(limbs) * context.n()), std::vector<double>(context.n())};
  auto& [host, coefficients] = message;
  context.device().download(host.data(), m.data(), host.size());
  const Modulus& q0 = context.modulus(0);
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
