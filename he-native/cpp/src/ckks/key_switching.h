// Key switches with what stands around them: several rotations of one decomposition, automorphisms, sums in the
// extended basis, and relinearisation merged with rescaling.
#pragma once

#include <span>

#include "ckks/evaluator.h"

namespace hetal::ckks {

/// (out0, out1) (+)= the switched polynomial under X -> X^galois, extended.
struct Switch {
  const SwitchingKey* key;
  std::uint32_t galois;
  RnsPoly *out0, *out1;
  bool accumulate;
};

/// What joins the two parts before the automorphism: with `times_special`, polynomials of level + 1 limbs that are
/// multiplied by P; otherwise extended ones. Null stands for zero.
struct SwitchAddend {
  const RnsPoly *part0 = nullptr, *part1 = nullptr;
  bool times_special = false;
};

/// P modulo each limb of the chain up to a level.
std::vector<Word> special_product(const Context& context, int level);

/// One pass over the digits for all `switches`: sum_j digits[j] * key[j], plus the addend, turned. Throws MissingKey.
void key_switch(const Evaluator& evaluator, std::span<const RnsPoly> digits, int level, const SwitchAddend& addend,
                std::span<const Switch> switches);

/// relinearize and rescale with one division, by P and q_level together: level - 1, scale / q_level. Two or three
/// parts. Cost beside decomposition and product: 2 (special primes + level + 1) NTTs.
Ciphertext relinearize_and_rescale(const Evaluator& evaluator, const Ciphertext& a);

}  // namespace hetal::ckks
