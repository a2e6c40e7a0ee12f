#include "arith/modulus.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace hetal {

Modulus::Modulus(Word q) {
  require<InvalidArgument>((q >> kFractionBits) != 0 && (q >> kMaxPrimeBits) == 0 && (q & 1) == 1,
                           "modulus: expected an odd prime between 2^", kFractionBits, " and 2^", kMaxPrimeBits,
                           ", actual ", q);
  c_.q = q;
  c_.shoup_of_one = (Word{1} << kShoupBits) / q;
  c_.two52 = (Word{1} << kShoupBits) % q;
  c_.two52_shoup = shoup(c_.two52);
  c_.reciprocal = static_cast<Word>((static_cast<unsigned __int128>(1) << (kShoupBits + kFractionBits)) / q);
}

Word Modulus::pow(Word base, Word exponent) const {
  Word result = 1;
  for (Word b = base % c_.q; exponent != 0; exponent >>= 1, b = mul(b, b)) {
    if (exponent & 1) result = mul(result, b);
  }
  return result;
}

Word Modulus::inverse(Word a) const {
  require<InvalidArgument>(a % c_.q != 0, "inverse: expected a nonzero residue modulo ", c_.q, ", actual ", a);
  return pow(a, c_.q - 2);
}

bool is_prime(Word n) {
  if (n < 2) return false;
  for (Word p : {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37}) {
    if (n % p == 0) return n == p;
  }
  auto mul = [n](Word a, Word b) { return static_cast<Word>(static_cast<unsigned __int128>(a) * b % n); };
  Word odd = n - 1;
  int twos = 0;
  while ((odd & 1) == 0) odd >>= 1, ++twos;
  // These twelve bases decide primality for every n below 2^64 (Sorenson and Webster 2015).
  for (Word base : {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37}) {
    Word x = 1;
    for (Word b = base, e = odd; e != 0; e >>= 1, b = mul(b, b)) {
      if (e & 1) x = mul(x, b);
    }
    if (x == 1 || x == n - 1) continue;
    bool witness = true;
    for (int i = 1; i < twos && witness; ++i) {
      x = mul(x, x);
      witness = x != n - 1;
    }
    if (witness) return false;
  }
  return true;
}

Word nearest_ntt_prime(double target, std::uint32_t ring_degree, const std::vector<Word>& taken) {
  const Word step = 2 * static_cast<Word>(ring_degree);
  const Word limit = Word{1} << kMaxPrimeBits;
  const Word centre = static_cast<Word>(std::llround(target / static_cast<double>(step))) * step + 1;
  auto usable = [&](Word q) {
    return q > step && q < limit && is_prime(q) && std::find(taken.begin(), taken.end(), q) == taken.end();
  };
  for (Word distance = 0; distance < (Word{1} << 32); ++distance) {
    if (centre > distance * step && usable(centre - distance * step)) return centre - distance * step;
    if (usable(centre + distance * step)) return centre + distance * step;
  }
  throw InvalidArgument(message("no prime = 1 mod ", step, " near ", target));
}

Word primitive_root_2n(const Modulus& q, std::uint32_t ring_degree) {
  const Word order = 2 * static_cast<Word>(ring_degree);
  require<InvalidArgument>((q.value() - 1) % order == 0, "primitive root: ", q.value(), " is not 1 mod ", order);
  for (Word g = 2;; ++g) {
    Word root = q.pow(g, (q.value() - 1) / order);
    if (q.pow(root, order / 2) == q.value() - 1) return root;
  }
}

}  // namespace hetal
