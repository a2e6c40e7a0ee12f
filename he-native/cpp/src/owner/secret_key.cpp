#include "owner/secret_key.h"

#include <algorithm>

#include "base/error.h"

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

SecretKey::SecretKey(std::size_t n)
    : memory_(2 * n * sizeof(std::int64_t)),
      coefficients_(static_cast<std::int64_t*>(memory_.data()), n),
      sparse_(coefficients_.data() + n, n) {}

SecretKey::SecretKey(const Context& context, const Seed& seed) : SecretKey(context.n()) {
  Random random(seed, 0);
  random.ternary(coefficients_.data(), coefficients_.size());
  random.sparse_ternary(sparse_.data(), sparse_.size(), ckks::kSparseWeight);
}

SecretKey::SecretKey(std::span<const std::int64_t> coefficients, std::span<const std::int64_t> sparse)
    : SecretKey(coefficients.size()) {
  require<InvalidArgument>(sparse.size() == coefficients.size(), "sparse secret: expected ", coefficients.size(),
                           " coefficients, actual ", sparse.size());
  std::copy(coefficients.begin(), coefficients.end(), coefficients_.begin());
  std::copy(sparse.begin(), sparse.end(), sparse_.begin());
}

RnsPoly gaussian_poly(const Context& context, Random& random, Basis basis) {
  SecretVector e(context.n());
  random.gaussian(e.values.data(), e.values.size());
  return context.from_coefficients(e.values, basis);
}

}  // namespace hetal::owner
