// Arithmetic modulo a word-sized prime below 2^50, and the search for NTT-friendly primes.
#pragma once

#include <cstdint>
#include <vector>

#include "arith/modulus_constants.h"

namespace hetal {

/// A prime q with the constants for reduction modulo q. Immutable.
class Modulus {
 public:
  Modulus() = default;
  /// Throws InvalidArgument unless 2^40 < q < 2^50 and q is odd.
  explicit Modulus(Word q);

  Word value() const { return c_.q; }
  /// See ModulusConstants.
  Word two52() const { return c_.two52; }
  Word reciprocal() const { return c_.reciprocal; }
  /// The constants as plain data, for the kernels.
  operator const ModulusConstants&() const { return c_; }

  Word add(Word a, Word b) const {
    Word s = a + b;
    return s >= c_.q ? s - c_.q : s;
  }
  Word sub(Word a, Word b) const { return a >= b ? a - b : a + c_.q - b; }
  Word negate(Word a) const { return a == 0 ? 0 : c_.q - a; }
  Word mul(Word a, Word b) const { return reduce(static_cast<unsigned __int128>(a) * b); }
  /// The residue in [0, q) of any 128-bit value.
  Word reduce(unsigned __int128 x) const { return static_cast<Word>(x % c_.q); }
  Word reduce_signed(std::int64_t x) const {
    std::int64_t r = x % static_cast<std::int64_t>(c_.q);
    return static_cast<Word>(r < 0 ? r + static_cast<std::int64_t>(c_.q) : r);
  }
  Word pow(Word base, Word exponent) const;
  /// The inverse of a nonzero residue.
  Word inverse(Word a) const;
  /// floor(w * 2^52 / q) for w < q.
  Word shoup(Word w) const { return shoup_constant(w, c_.q); }
  /// a * w mod q in [0, q), for any a < 2^52 and any w < q with the Shoup constant of w.
  Word mul_shoup(Word a, Word w, Word w_shoup) const {
    Word quotient = static_cast<Word>((static_cast<unsigned __int128>(a) * w_shoup) >> kShoupBits);
    Word r = a * w - quotient * c_.q;
    return r >= c_.q ? r - c_.q : r;
  }

 private:
  ModulusConstants c_{};
};

/// The deterministic Miller-Rabin test for 64-bit numbers.
bool is_prime(Word n);

/// The prime congruent to 1 mod 2 * ring_degree that is nearest to `target` and below 2^50, not in `taken`.
Word nearest_ntt_prime(double target, std::uint32_t ring_degree, const std::vector<Word>& taken);

/// A primitive 2N-th root of unity modulo q, from the least candidate that gives one. It is the same on every machine.
Word primitive_root_2n(const Modulus& q, std::uint32_t ring_degree);

}  // namespace hetal
