// Raises the modulus of a ciphertext under a sparse secret.
#pragma once

#include "ckks/evaluator.h"

namespace hetal::bootstrap {

/// From the modulus q0 to the top level: m becomes m + I q0 with |I| at most kLargestOverflow (eval_mod_constants.h) in
/// each coefficient. The scale does not change. Cost: one key switch at the top level, one modulo q0. Keys: to_sparse,
/// from_sparse. (Bossuat, Troncoso-Pastoriza, Hubaux 2022, eprint 2022/024.)
ckks::Ciphertext raise_modulus(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a);

}  // namespace hetal::bootstrap
