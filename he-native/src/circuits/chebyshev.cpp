#include "circuits/chebyshev.h"

#include <bit>

#include "base/error.h"

namespace hetal::circuits {
namespace {

using ckks::Ciphertext;
using ckks::Evaluator;

// `powers[i]` is T_(2^i), one level below powers[i - 1]. The result is one level below powers[m - 1].
Ciphertext evaluate(const Evaluator& evaluator, const std::vector<Ciphertext>& powers, const std::vector<double>& c) {
  if (c.size() == 2) {
    const Ciphertext& x = powers[0];
    return evaluator.add_constant(evaluator.rescale(evaluator.mul_constant(x, c[1], x.scale)), c[0]);
  }
  const std::size_t half = c.size() / 2;
  std::vector<double> low(c.begin(), c.begin() + static_cast<std::ptrdiff_t>(half));
  std::vector<double> high(c.begin() + static_cast<std::ptrdiff_t>(half), c.end());
  for (std::size_t j = 1; j < half; ++j) {
    low[half - j] -= high[j];
    high[j] *= 2;
  }
  const Ciphertext& power = powers[static_cast<std::size_t>(std::countr_zero(half))];
  const Ciphertext product = evaluator.relinearize(evaluator.tensor(evaluate(evaluator, powers, high), power));
  const Ciphertext rest = evaluator.mul_constant(evaluate(evaluator, powers, low), 1.0, power.scale);
  return evaluator.rescale(evaluator.add(product, rest));
}

}  // namespace

Ciphertext evaluate_chebyshev(const Evaluator& evaluator, const Ciphertext& x, const std::vector<double>& coefficients) {
  require<InvalidArgument>(coefficients.size() >= 2 && std::has_single_bit(coefficients.size()),
                           "chebyshev: expected a power of two of coefficients, actual ", coefficients.size());
  std::vector<Ciphertext> powers;
  powers.push_back(evaluator.copy(x));
  for (std::size_t degree = 2; degree < coefficients.size(); degree *= 2) {
    const Ciphertext square = evaluator.mul(powers.back(), powers.back());
    powers.push_back(evaluator.add_constant(evaluator.add(square, square), -1));
  }
  return evaluate(evaluator, powers, coefficients);
}

}  // namespace hetal::circuits
