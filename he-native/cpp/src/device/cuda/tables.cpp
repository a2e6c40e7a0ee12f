#include "device/cuda/tables.h"

namespace hetal::device::cuda {

Word shoup64(Word w, Word q) { return static_cast<Word>((static_cast<Wide>(w) << 64) / q); }

namespace {

double centred(Word w, Word q) {
  return static_cast<double>(static_cast<std::int64_t>(w) - (w > q / 2 ? static_cast<std::int64_t>(q) : 0));
}

}  // namespace

std::vector<Prime> primes_of(const std::vector<Modulus>& moduli) {
  std::vector<Prime> out;
  for (const Modulus& m : moduli) {
    const Word q = m.value(), two52 = m.two52();
    out.push_back({q, shoup64(1, q), two52, shoup64(two52, q), m.reciprocal(), static_cast<double>(q),
                   1.0 / static_cast<double>(q), centred((Word{1} << 51) % q, q)});
  }
  return out;
}

std::vector<Word> powers_of_root(const Modulus& q, std::uint32_t ring_degree, bool inverse) {
  std::uint32_t bits = 0;
  while ((1u << bits) < ring_degree) ++bits;
  Word root = primitive_root_2n(q, ring_degree), power = 1;
  if (inverse) root = q.inverse(root);
  std::vector<Word> out(ring_degree);
  for (std::uint32_t i = 0; i < ring_degree; ++i) {
    std::uint32_t r = 0;
    for (std::uint32_t b = 0; b < bits; ++b) r |= ((i >> b) & 1u) << (bits - 1 - b);
    out[r] = power;
    power = q.mul(power, root);
  }
  return out;
}

template <>
std::vector<Fp64::Twiddle> twiddles_of<Fp64>(const std::vector<Word>& powers, Word q) {
  std::vector<double> out;
  out.reserve(powers.size());
  for (Word w : powers) out.push_back(centred(w, q));
  return out;
}

template <>
Word constant<Fp64>(Word w, Word q) {
  return bits_of_double(centred(w, q));
}

template <>
Word constant<Integer>(Word w, Word) {
  return w;
}

template <>
std::vector<Integer::Twiddle> twiddles_of<Integer>(const std::vector<Word>& powers, Word q) {
  std::vector<Integer::Twiddle> out;
  out.reserve(powers.size());
  for (Word w : powers) out.push_back({w, shoup64(w, q)});
  return out;
}

}  // namespace hetal::device::cuda
