// Polynomials in the Chebyshev basis at optimal depth.
#pragma once

#include <vector>

#include "ckks/evaluator.h"

namespace hetal::circuits {

/// sum_k coefficients[k] T_k(x) for |x| <= 1, with n >= 2 coefficients. Level l to l - ceil(log2 n), canonical scales.
/// Cost for n = 2^m: m - 1 squarings, and 2^(m-1) - 1 products with 2^(m-2) relinearizations. (Paterson and Stockmeyer
/// 1973, with T_(h+j) = 2 T_h T_j - T_(h-j). Levels and scales are chosen from the result down, as in Bossuat et al.
/// 2021.)
ckks::Ciphertext evaluate_chebyshev(const ckks::Evaluator& evaluator, const ckks::Ciphertext& x,
                                    const std::vector<double>& coefficients);

/// 2 x^2 - 1, the Chebyshev polynomial T_2. Level l to l - 1. x^2 is doubled before the rescaling, so that the noise of
/// the rescaling is not doubled.
ckks::Ciphertext double_angle(const ckks::Evaluator& evaluator, const ckks::Ciphertext& x);

}  // namespace hetal::circuits
