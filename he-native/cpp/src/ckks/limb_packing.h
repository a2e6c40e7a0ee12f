// Residues on disk: each limb packed to the bits of its prime (docs/formats.md).
#pragma once

#include <vector>

#include "base/bytes.h"
#include "ckks/context.h"

namespace hetal::ckks {

/// Bytes that the limbs with these moduli take: N * ceil(log2 q) / 8 each.
std::size_t packed_bytes(const Context& context, device::Limbs shape);
/// Appends every limb of a polynomial. One core.
void pack_limbs(const Context& context, device::Limbs limbs, ByteWriter& out);
/// Fills `limbs` from packed_bytes() bytes at `packed`; FormatError(what) when a residue is not below its prime. As
/// many threads as the device has.
void unpack_limbs(const Context& context, device::Limbs limbs, const std::uint8_t* packed, const std::string& what);

}  // namespace hetal::ckks
