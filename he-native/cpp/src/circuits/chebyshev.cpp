#include "circuits/chebyshev.h"

#include <bit>

#include "base/error.h"
#include "ckks/key_switching.h"

namespace hetal::circuits {
namespace {

using ckks::Ciphertext;
using ckks::Evaluator;

// `powers[i]` is T_(2^i), one level below powers[i - 1]. For n > 1 coefficients the result, once relinearized and
// rescaled, is ceil(log2 n) levels below x.
Ciphertext unrescaled(const Evaluator& evaluator, const std::vector<Ciphertext>& powers, const std::vector<double>& c) {
  if (c.size() == 2) {
    const Ciphertext& x = powers[0];
    return evaluator.add_constant(evaluator.mul_constant(x, c[1], x.scale), c[0]);
  }
  const std::size_t half = std::bit_ceil(c.size()) / 2;
  std::vector<double> low(c.begin(), c.begin() + static_cast<std::ptrdiff_t>(half));
  std::vector<double> high(c.begin() + static_cast<std::ptrdiff_t>(half), c.end());
  for (std::size_t j = 1; j < high.size(); ++j) {
    low[half - j] -= high[j];
    high[j] *= 2;
  }
  const Ciphertext& power = powers[static_cast<std::size_t>(std::countr_zero(half))];
  Ciphertext out;
  if (high.size() == 1) {
    out = evaluator.mul_constant(power, high[0], power.scale);
  } else {
    const Ciphertext factor = ckks::relinearize_and_rescale(evaluator, unrescaled(evaluator, powers, high));
    out = evaluator.tensor(evaluator.drop_to_level(factor, power.level), power);
  }
  // The sum is relinearized later, so this summand has three parts here. Rescaling a third part adds a rounding error
  // times s^2, which is large. The multiplication by 1.0 enlarges the scale first, so that the error is small beside
  // the message.
  Ciphertext rest = evaluator.rescale(evaluator.mul_constant(unrescaled(evaluator, powers, low), 1.0, power.scale));
  rest.scale = out.scale;  // equal but for the order of rounding
  return evaluator.add(out, rest);
}

}  // namespace

Ciphertext double_angle(const Evaluator& evaluator, const Ciphertext& x) {
  const Ciphertext square = evaluator.tensor(x, x);
  return evaluator.add_constant(ckks::relinearize_and_rescale(evaluator, evaluator.add(square, square)), -1);
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
  return ckks::relinearize_and_rescale(evaluator, unrescaled(evaluator, powers, coefficients));
}

}  // namespace hetal::circuits
