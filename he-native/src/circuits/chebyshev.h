// Polynomials in the Chebyshev basis at optimal depth.
#pragma once

#include <vector>

#include "ckks/evaluator.h"

namespace hetal::circuits {

/// sum_k coefficients[k] T_k(x) for |x| <= 1; the number of coefficients is a power of two, 2^m. Level l to l - m,
/// canonical scales. Cost: m - 1 squarings and 2^(m-1) - 1 products. (Paterson and Stockmeyer 1973, with
/// T_(h+j) = 2 T_h T_j - T_(h-j).)
ckks::Ciphertext evaluate_chebyshev(const ckks::Evaluator& evaluator, const ckks::Ciphertext& x,
                                    const std::vector<double>& coefficients);

}  // namespace hetal::circuits
