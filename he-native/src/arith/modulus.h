// Arithmetic modulo a word-sized prime below 2^50, and the search for NTT-friendly primes.
#pragma once

#include <cstdint>
#include <vector>

namespace hetal {

using Word = std::uint64_t;

/// Every prime is below 2^50, so that values up to 4q fit the 52-bit multipliers of AVX-512-IFMA
/// and products fit a double's FMA on a GPU.
inline constexpr int kMaxPrimeBits = 50;
/// Base conversion estimates y / q with this many fractional bits, which needs every prime above 2^40.
inline constexpr int kFractionBits = 40;
/// Shoup constants are floor(w * 2^52 / q): the shift that AVX-512-IFMA has in hardware.
inline constexpr int kShoupBits = 52;

/// A prime q with the constants that reduction by it needs. Immutable.
class Modulus {
 public:
  Modulus() = default;
  /// Requires 2^40 < q < 2^50 and q odd; throws InvalidArgument.
  explicit Modulus(Word q);

  Word value() const { return q_; }
  /// floor(2^52 / q), and 2^52 mod q with its Shoup constant: reduce hi * 2^52 + lo.
  Word shoup_of_one() const { return shoup_of_one_; }
  Word two52() const { return two52_; }
  Word two52_shoup() const { return two52_shoup_; }
  /// floor(2^(52 + kFractionBits) / q), below 2^52.
  Word reciprocal() const { return reciprocal_; }

  Word add(Word a, Word b) const {
    Word s = a + b;
    return s >= q_ ? s - q_ : s;
  }
  Word sub(Word a, Word b) const { return a >= b ? a - b : a + q_ - b; }
  Word negate(Word a) const { return a == 0 ? 0 : q_ - a; }
  Word mul(Word a, Word b) const { return reduce(static_cast<unsigned __int128>(a) * b); }
  /// Any value of up to 128 bits, to [0, q).
  Word reduce(unsigned __int128 x) const { return static_cast<Word>(x % q_); }
  Word reduce_signed(std::int64_t x) const {
    std::int64_t r = x % static_cast<std::int64_t>(q_);
    return static_cast<Word>(r < 0 ? r + static_cast<std::int64_t>(q_) : r);
  }
  Word pow(Word base, Word exponent) const;
  /// Inverse of a nonzero residue.
  Word inverse(Word a) const;
  /// floor(w * 2^52 / q) for w < q.
  Word shoup(Word w) const { return static_cast<Word>((static_cast<unsigned __int128>(w) << kShoupBits) / q_); }
  /// a * w mod q in [0, q), for any a < 2^52 and w < q with its Shoup constant.
  Word mul_shoup(Word a, Word w, Word w_shoup) const {
    Word quotient = static_cast<Word>((static_cast<unsigned __int128>(a) * w_shoup) >> kShoupBits);
    Word r = a * w - quotient * q_;
    return r >= q_ ? r - q_ : r;
  }

 private:
  Word q_ = 0;
  Word shoup_of_one_ = 0;
  Word two52_ = 0;
  Word two52_shoup_ = 0;
  Word reciprocal_ = 0;
};

/// Deterministic Miller-Rabin for 64-bit numbers.
bool is_prime(Word n);

/// The prime congruent to 1 mod 2 * ring_degree that is nearest to `target` and below 2^50, not in `taken`.
Word nearest_ntt_prime(double target, std::uint32_t ring_degree, const std::vector<Word>& taken);

/// A primitive 2N-th root of unity modulo q: the least power-generator candidate, so the same on every machine.
Word primitive_root_2n(const Modulus& q, std::uint32_t ring_degree);

}  // namespace hetal
