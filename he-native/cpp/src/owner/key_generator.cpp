#include "owner/key_generator.h"

#include <algorithm>

namespace hetal::owner {

using ckks::Basis;
using ckks::Context;
using ckks::RnsPoly;

KeyGenerator::KeyGenerator(const Context& context, const SecretKey& secret, const Seed& seed)
    : context_(context), secret_(secret), uniform_seed_(derived(seed, 0).value()), error_seed_(derived(seed, 1)) {}

RnsPoly KeyGenerator::extended(std::span<const std::int64_t> coefficients, int level) const {
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
    Random random(error_seed_.value(), stream_);
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
  const SecretPoly rotated(context_, context_.allocate(s.basis()));
  context_.device().automorphism(context_.view(rotated.poly()), s.data(), static_cast<std::uint32_t>(inverse));
  return switching(s, rotated, level);
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
  auto two_limbs = [&](std::span<const std::int64_t> coefficients) {
    RnsPoly out = context_.allocate({2, false});
    device.from_signed({out.data(), moduli, 2}, coefficients.data());
    device.ntt({out.data(), moduli, 2});
    return out;
  };
  keys.to_sparse_a = context_.allocate({2, false});
  keys.to_sparse_seed = uniform_seed_;
  keys.to_sparse_stream = ++stream_;
  device.uniform({keys.to_sparse_a.data(), moduli, 2}, uniform_seed_, stream_);
  Random random(error_seed_.value(), stream_);
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

}  // namespace hetal::owner
