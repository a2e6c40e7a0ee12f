#include "circuits/chebyshev.h"

#include <bit>

#include "base/error.h"
#include "ckks/key_switching.h"

namespace hetal::circuits {
namespace {

using ckks::Ciphertext;
using ckks::Evaluator;

/// The sum at this level and scale, to be relinearized and rescaled. `powers[i]` is T_(2^i), at most i levels below x.
/// Every summand is computed at the level and scale of the sum: operands of higher levels are truncated, and constants
/// have the scale that is missing. So nothing but factors of products is rescaled, and all products are added in one
/// pass.
Ciphertext unrescaled(const Evaluator& evaluator, const std::vector<Ciphertext>& powers, std::vector<double> c,
                      int level, double scale) {
  std::vector<Ciphertext> factors;
  std::vector<const Ciphertext*> left, right;
  std::vector<std::pair<const Ciphertext*, double>> multiples;
  while (c.size() > 2) {
    const std::size_t half = std::bit_ceil(c.size()) / 2;
    std::vector<double> high(c.begin() + static_cast<std::ptrdiff_t>(half), c.end());
    c.resize(half);
    for (std::size_t j = 1; j < high.size(); ++j) {
      c[half - j] -= high[j];
      high[j] *= 2;
    }
    const Ciphertext& power = powers[static_cast<std::size_t>(std::countr_zero(half))];
    if (high.size() == 1) {
      multiples.emplace_back(&power, high[0]);
      continue;
    }
    const double q = static_cast<double>(evaluator.context().modulus(level + 1).value());
    factors.push_back(ckks::relinearize_and_rescale(
        evaluator, unrescaled(evaluator, powers, std::move(high), level + 1, scale / power.scale * q)));
    right.push_back(&power);
  }
  const Ciphertext& x = powers[0];
  Ciphertext out;
  if (factors.empty()) {
    out = evaluator.mul_constant(x, c[1], scale / x.scale, level);
    out.scale = scale;  // equal but for the rounding of the quotient
  } else {
    for (const Ciphertext& factor : factors) left.push_back(&factor);
    out = evaluator.tensor_sum(left, right, level, scale);
    evaluator.add_multiple(out, x, c[1]);
  }
  for (const auto& [power, factor] : multiples) evaluator.add_multiple(out, *power, factor);
  return evaluator.add_constant(std::move(out), c[0]);
}

}  // namespace

Ciphertext double_angle(const Evaluator& evaluator, const Ciphertext& x) {
  const Ciphertext* const twice[] = {&x, &x};
  return evaluator.add_constant(ckks::relinearize_and_rescale(evaluator, evaluator.tensor_sum(twice, twice)), -1);
}

Ciphertext evaluate_chebyshev(const Evaluator& evaluator, const Ciphertext& x,
                              const std::vector<double>& coefficients) {
  require<InvalidArgument>(coefficients.size() >= 2, "chebyshev: expected two coefficients or more, actual ",
                           coefficients.size());
  std::vector<Ciphertext> powers;
  powers.push_back(evaluator.copy(x));
  for (std::size_t degree = 2; degree < coefficients.size(); degree *= 2) {
    powers.push_back(double_angle(evaluator, powers.back()));
  }
  const int level = x.level - (static_cast<int>(std::bit_width(coefficients.size() - 1)) - 1);
  const double scale = evaluator.context().parameters().scale(level);
  return ckks::relinearize_and_rescale(evaluator, unrescaled(evaluator, powers, coefficients, level, scale * scale));
}

}  // namespace hetal::circuits
