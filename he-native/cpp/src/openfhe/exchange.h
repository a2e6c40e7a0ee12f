// Exchange with the engine: residues in coefficient form, so that neither side depends on the other's NTT order or
// roots.
#pragma once

#include "openfhe/context.h"

namespace hetal::openfhe {

/// A polynomial as `limbs` arrays of N residues, limb i modulo q[i], coefficient form, one after another.
using Residues = std::vector<std::uint64_t>;

/// c0 + c1 s (+ c2 s^2) modulo the first limbs of a chain of primes.
struct RnsCiphertext {
  std::uint32_t ring_degree = 0;
  std::vector<std::uint64_t> moduli;
  double scale = 0;
  std::vector<Residues> parts;
};

Residues to_residues(const Polynomial& polynomial);
/// The primes of a polynomial.
using Chain = std::shared_ptr<lbcrypto::ILDCRTParams<lbcrypto::BigInteger>>;
/// Evaluation form, over any primes.
Polynomial from_residues(const Chain& chain, const Residues& residues);
/// Evaluation form. Throws InvalidArgument unless there are N residues below q[i] for each of the first `limbs` primes.
Polynomial from_residues(const Context& context, const Residues& residues, std::size_t limbs);

/// `scale` is what the caller says it is: OpenFHE's FIXEDMANUAL calls every scale a power of 2^p.
RnsCiphertext to_residues(const Ciphertext& ciphertext, double scale);
/// A ciphertext under the key named `key_tag`, scale degree 1. Throws InvalidArgument unless the moduli are the first
/// ones of the context's.
Ciphertext from_residues(const Context& context, const RnsCiphertext& ciphertext, const std::string& key_tag);

/// A ciphertext of the context with the given parts (evaluation form).
Ciphertext make_ciphertext(const Context& context, std::vector<Polynomial> parts, const std::string& key_tag,
                           std::uint32_t noise_scale_degree);

/// Slots (a power of two of them, repeated) encoded at any scale with `limbs` primes: DiscreteFourierTransform::
/// FFTSpecialInv, then rounding. CKKSPackedEncoding::Encode refuses values whose coefficients are all below one.
lbcrypto::Plaintext encode(const Context& context, const std::vector<std::complex<double>>& slots, double scale,
                           std::size_t limbs);

}  // namespace hetal::openfhe
