// Secret keys and values that are computed from them. This code is never linked into the cluster's library.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "ckks/context.h"
#include "owner/locked_memory.h"
#include "random/random.h"

namespace hetal::owner {

/// A uniform ternary secret, and the sparse secret that bootstraps use. Both are in locked memory, which is wiped on
/// destruction.
class SecretKey {
 public:
  SecretKey(const ckks::Context& context, const Seed& seed);
  /// From coefficients in {-1, 0, 1}, as in a key file.
  SecretKey(std::span<const std::int64_t> coefficients, std::span<const std::int64_t> sparse);
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  std::span<const std::int64_t> coefficients() const { return coefficients_; }
  std::span<const std::int64_t> sparse() const { return sparse_; }
  /// As LockedMemory::refusal.
  const std::string& lock_refusal() const { return memory_.refusal(); }

 private:
  explicit SecretKey(std::size_t n);

  LockedMemory memory_;
  std::span<std::int64_t> coefficients_, sparse_;
};

/// A polynomial that is computed from a secret. Its memory is zeroed before it returns to the device's pool.
class SecretPoly {
 public:
  SecretPoly(const ckks::Context& context, ckks::RnsPoly poly) : context_(context), poly_(std::move(poly)) {}
  ~SecretPoly() {
    context_.device().zero(poly_.data(), static_cast<std::size_t>(context_.limbs(poly_.basis())) * context_.n());
  }
  SecretPoly(const SecretPoly&) = delete;
  SecretPoly& operator=(const SecretPoly&) = delete;
  Word* data() const { return poly_.data(); }
  ckks::Basis basis() const { return poly_.basis(); }
  const ckks::RnsPoly& poly() const { return poly_; }

 private:
  const ckks::Context& context_;
  ckks::RnsPoly poly_;
};

/// A vector of secret integers, zeroed on destruction.
struct SecretVector {
  std::vector<std::int64_t> values;
  explicit SecretVector(std::size_t n) : values(n) {}
  explicit SecretVector(std::vector<std::int64_t> v) : values(std::move(v)) {}
  ~SecretVector() {
    if (!values.empty()) explicit_bzero(values.data(), values.size() * sizeof(std::int64_t));  // moved from: no data
  }
  SecretVector(const SecretVector&) = delete;
  SecretVector& operator=(const SecretVector&) = delete;
};

/// Derives independent seeds from one. The seed of the uniform halves becomes public and must not reveal the errors.
SecretSeed derived(const Seed& seed, std::uint64_t purpose);

/// Errors of deviation 3.19, in evaluation form.
ckks::RnsPoly gaussian_poly(const ckks::Context& context, Random& random, ckks::Basis basis);

}  // namespace hetal::owner
