// The constants of the primes for the kernels, computed on the host once per device.
#pragma once

#include <vector>

#include "arith/modulus.h"
#include "device/cuda/arithmetic.h"

namespace hetal::device::cuda {

/// floor(w * 2^64 / q) for w < q.
Word shoup64(Word w, Word q);

std::vector<Prime> primes_of(const std::vector<Modulus>& moduli);

/// psi^bitrev(i) modulo q, or psi^-bitrev(i): the order of NttTable in device/cpu/kernels.h.
std::vector<Word> powers_of_root(const Modulus& q, std::uint32_t ring_degree, bool inverse);

/// w < q in the form that dot() of an arithmetic reads.
template <class Arithmetic>
Word constant(Word w, Word q);

/// The powers of one prime's root in the form that an arithmetic reads.
template <class Arithmetic>
std::vector<typename Arithmetic::Twiddle> twiddles_of(const std::vector<Word>& powers, Word q);

}  // namespace hetal::device::cuda
