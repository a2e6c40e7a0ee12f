#include "circuits/chebyshev.h"

#include <bit>

#include "base/error.h"
#include "ckks/key_switching.h"

namespace hetal::circuits {
namespace {

using ckks::Ciphertext;
using ckks::Evaluator;

// `powers[i]` is T_(2^i), one level below powers[i - 1]. Of n > 1 coefficients the result is ceil(log2 n) levels below x.
// Three parts unless `relinearized`: a summand need not be switched before the sum is.
Ciphertext evaluate(const Evaluator& evaluator, const std::vector<Ciphertext>& powers, const std::vector<double>& c,
                    bool relinearized) {
  if (c.size() == 2) {
    const Ciphertext& x = powers[0];
    return evaluator.add_constant(evaluator.rescale(evaluator.mul_constant(x, c[1], x.scale)), c[0]);
  }
  const std::size_t half = std::bit_ceil(c.size()) / 2;
  std::vector<double> low(c.begin(), c.begin() + static_cast<std::ptrdiff_t>(half));
  std::vector<double> high(c.begin() + static_cast<std::ptrdiff_t>(half), c.end());
  for (std::size_t j = 1; j < high.size(); ++j) {
    low[half - j] -= high[j];
    high[j] *= 2;
  }
  const Ciphertext& power = powers[static_cast<std::size_t>(std::countr_zero(half))];
  const Ciphertext rest = evaluator.mul_constant(evaluate(evaluator, powers, low, false), 1.0, power.scale);
  const Ciphertext leading =
      high.size() == 1 ? evaluator.mul_constant(power, high[0], power.scale)
                       : evaluator.tensor(evaluator.drop_to_level(evaluate(evaluator, powers, high, true), power.level), power);
  const Ciphertext sum = evaluator.add(leading, rest);
  return relinearized ? ckks::relinearize_and_rescale(evaluator, sum) : evaluator.rescale(sum);
}

}  // namespace

Ciphertext double_angle(const Evaluator& evaluator, const Ciphertext& x) {
  const Ciphertext square = evaluator.tensor(x, x);
  return evaluator.add_constant(ckks::relinearize_and_rescale(evaluator, evaluator.add(square, square)), -1);
}

Ciphertext evaluate_chebyshev(const Evaluator& evaluator, const Ciphertext& x, const std::vector<double>& coefficients) {
  require<InvalidArgument>(coefficients.size() >= 2,
                           "chebyshev: expected two coefficients or more, actual ", coefficients.size());
  std::vector<Ciphertext> powers;
  powers.push_back(evaluator.copy(x));
  for (std::size_t degree = 2; degree < coefficients.size(); degree *= 2) {
    powers.push_back(double_angle(evaluator, powers.back()));
  }
  return evaluate(evaluator, powers, coefficients, true);
}

}  // namespace hetal::circuits
