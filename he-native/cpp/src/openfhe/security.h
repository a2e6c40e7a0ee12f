// The security of the two secrets of OpenFHE's bootstraps, by the engine's tables.
#pragma once

#include "openfhe/keys.h"

namespace hetal::openfhe {

/// log2 of the modulus of the key that switches to the sparse secret, the only one that OpenFHE uses this secret with.
/// `keys`: those of EvalBootstrapKeyGen. Throws MissingKey if it is not among them.
double log_sparse_q(const Context& context, const AutomorphismKeys& keys);

/// Throws SecurityError if one of the two secrets of Secret::kSparseEncapsulated has less than 128 bits by
/// ckks::require_secure. Contexts of other secrets or without a security level are not checked. OpenFHE itself checks
/// the dense secret only.
void require_secure_bootstrap(const Context& context, const AutomorphismKeys& keys);

}  // namespace hetal::openfhe
