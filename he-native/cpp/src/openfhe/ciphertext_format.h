// Stored ciphertexts of the OpenFHE backend: residues in coefficient form (docs/formats.md). OpenFHE's own archives are
// not used for them, since its reader trusts its input and these bytes come from the cluster.
#pragma once

#include "base/bytes.h"
#include "openfhe/exchange.h"

namespace hetal::openfhe {

/// Two or three parts; scale degree 1 or 2; any level. Throws InvalidArgument for a key tag that is longer than 64
/// characters or has others than letters, digits, '_', '.' and '-'.
Bytes serialize(const Ciphertext& ciphertext);
/// Reads arbitrary bytes. Checks ring degree, numbers of limbs and parts, scale degree, key tag, the exact size, and
/// that each residue is below its prime. Slots and encoding are those of the context. Throws FormatError.
Ciphertext deserialize(const Context& context, ByteView bytes);

}  // namespace hetal::openfhe
