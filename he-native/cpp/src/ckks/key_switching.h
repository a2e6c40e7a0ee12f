// Key switches combined with the operations around them: several rotations with one decomposition, automorphisms, sums
// in the extended basis, and relinearization with rescaling.
#pragma once

#include <span>

#include "ckks/evaluator.h"

namespace hetal::ckks {

/// One output of key_switch: (out0, out1) (+)= the switched polynomial under X -> X^galois, in the extended basis.
struct Switch {
  const SwitchingKey* key;
  std::uint32_t galois;
  RnsPoly *out0, *out1;
  bool accumulate;
};

/// Two polynomials that are added to the two parts of the switched polynomial before the automorphism. With
/// `times_special` they have level + 1 limbs and are multiplied by P; otherwise they have the extended basis. Null is
/// zero.
struct SwitchAddend {
  const RnsPoly *part0 = nullptr, *part1 = nullptr;
  bool times_special = false;
};

/// P modulo each limb of the chain up to a level.
std::vector<Word> special_product(const Context& context, int level);

/// One pass over the digits for all `switches`: sum_j digits[j] * key[j], plus the addend, turned. Throws MissingKey.
void key_switch(const Evaluator& evaluator, std::span<const RnsPoly> digits, int level, const SwitchAddend& addend,
                std::span<const Switch> switches);

/// The same for the digits of `a`, which has level + 1 limbs. They are not kept, which takes less memory traffic than
/// decompose and key_switch. Nothing is computed if there are no switches.
void decompose_and_switch(const Evaluator& evaluator, const RnsPoly& a, int level, const SwitchAddend& addend,
                          std::span<const Switch> switches);

/// relinearize and rescale with one division, by P and q_level together: level - 1, scale / q_level. Two or three
/// parts. Cost beside decomposition and product: 2 (special primes + level + 1) NTTs.
Ciphertext relinearize_and_rescale(const Evaluator& evaluator, const Ciphertext& a);

}  // namespace hetal::ckks
