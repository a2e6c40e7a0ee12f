// The decoding transform, which takes coefficients to slots, as a product of sparse matrices (Cheon, Han, Hhan 2018,
// eprint 2018/1073), and the rotations of its factors.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "circuits/linear_transform.h"

namespace hetal::bootstrap {

/// Steps of rotations to the highest level of use.
using RotationLevels = std::map<std::uint32_t, int>;

/// log2 of the radix of each factor of the transform of `slots` values, a power of two: those of the parameter set for
/// all slots, otherwise as equal as possible.
std::vector<int> radices(const ckks::Parameters& parameters, std::uint32_t slots);
/// Half the length of the first stage of each factor. The diagonals of the factor are multiples of it.
std::vector<std::uint32_t> strides(const std::vector<int>& radices);

/// The factors of the transform of `slots` values, or of its inverse, in the order in which they are applied. Each is
/// multiplied by `scaling`. The indices of the diagonals are below `slots`: they rotate values of that period.
std::vector<circuits::Diagonals> factors(const ckks::Context& context, std::uint32_t slots, bool inverse,
                                         double scaling);

/// The rotations of SlotsToCoeffs and CoeffsToSlots on `slots` values, from the parameters alone. `baby_steps`: see
/// LinearTransform.
RotationLevels transform_rotations(const ckks::Parameters& parameters, std::uint32_t slots, std::uint32_t baby_steps);
/// Adds a rotation unless `steps` is 0.
void note(RotationLevels& levels, std::uint32_t steps, int level);

/// Bytes of the key files of a bootstrap with these rotations: with conjugation, relinearization and encapsulation.
std::uint64_t key_bytes(const ckks::Parameters& parameters, const RotationLevels& rotations);

}  // namespace hetal::bootstrap
