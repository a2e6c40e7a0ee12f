#include "owner/secret_key.h"

namespace hetal::owner {

using ckks::Basis;
using ckks::Context;
using ckks::RnsPoly;

SecretSeed derived(const Seed& seed, std::uint64_t purpose) {
  Random random(seed, purpose);
  Seed out;
  for (std::size_t i = 0; i < out.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t word = random.next();
    std::memcpy(out.data() + i, &word, sizeof word);
  }
  return SecretSeed(out);
}

SecretKey::SecretKey(const Context& context, const Seed& seed) : coefficients_(context.n()), sparse_(context.n()) {
  Random random(seed, 0);
  random.ternary(coefficients_.data(), coefficients_.size());
  random.sparse_ternary(sparse_.data(), sparse_.size(), ckks::kSparseWeight);
}

SecretKey::SecretKey(std::vector<std::int64_t> coefficients, std::vector<std::int64_t> sparse)
    : coefficients_(std::move(coefficients)), sparse_(std::move(sparse)) {}

SecretKey::~SecretKey() {
  explicit_bzero(coefficients_.data(), coefficients_.size() * sizeof(std::int64_t));
  explicit_bzero(sparse_.data(), sparse_.size() * sizeof(std::int64_t));
}

RnsPoly gaussian_poly(const Context& context, Random& random, Basis basis) {
  SecretVector e(context.n());
  random.gaussian(e.values.data(), e.values.size());
  return context.from_coefficients(e.values, basis);
}

}  // namespace hetal::owner
