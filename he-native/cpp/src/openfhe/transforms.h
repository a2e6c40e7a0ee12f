// Sums over slots and products with matrices, as far as OpenFHE's public headers reach: EvalSum, EvalInnerProduct, and
// the linear transform inside its bootstrap.
#pragma once

#include "openfhe/exchange.h"

namespace hetal::openfhe {

/// Slot i of the result: a[i] + a[i + 1] + ... + a[i + count - 1], cyclic. EvalSum. `count`: a power of two, 1 to all
/// slots. Keys: the rotations by 1, 2, 4, ..., count / 2. Level and scale degree unchanged.
Ciphertext sum(const Context& context, const Ciphertext& a, int count);
/// sum() of the products, relinearized and rescaled: one level. EvalInnerProduct.
Ciphertext inner_product(const Context& context, const Ciphertext& a, const Ciphertext& b, int count);
Ciphertext inner_product(const Context& context, const Ciphertext& a, const lbcrypto::Plaintext& b, int count);

/// A square matrix, its diagonals encoded for one level.
struct LinearTransform {
  Context context;
  std::shared_ptr<lbcrypto::FHECKKSRNS> scheme;  ///< knows the baby steps; the context's own is out of reach
  std::vector<lbcrypto::ReadOnlyPlaintext> diagonals;
  int level = 0;
};

/// Steps of the rotations that a transform of that size needs: 1, ..., b - 1 and the multiples of b, b near its root.
std::vector<int> linear_transform_steps(const Context& context, int size);
/// FHECKKSRNS::EvalLinearTransformPrecompute.
/// \param matrix size * size values, row after row; the size a power of two, 2 to all slots
/// \param level of the ciphertexts that it is for, at least 1
LinearTransform prepare_linear_transform(const Context& context, int size,
                                         const std::vector<std::complex<double>>& matrix, int level);
/// Matrix times the vector of the first `size` slots, which all others must repeat; so do those of the result, one
/// level down. FHECKKSRNS::EvalLinearTransform, then Rescale.
Ciphertext linear_transform(const LinearTransform& transform, const Ciphertext& a);

}  // namespace hetal::openfhe
