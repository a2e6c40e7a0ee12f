#include "openfhe/exchange.h"

#include <cmath>

#include "base/error.h"
#include "math/dftransform.h"

namespace hetal::openfhe {
namespace {

using lbcrypto::BigInteger;
using lbcrypto::ILDCRTParams;
using lbcrypto::NativeInteger;
using lbcrypto::NativePoly;
using lbcrypto::NativeVector;

Chain chain(const Context& context, std::size_t limbs) {
  const auto& all = context->GetElementParams()->GetParams();
  require<InvalidArgument>(limbs >= 1 && limbs <= all.size(), "limbs: expected 1 to ", all.size(), ", actual ", limbs);
  if (limbs == all.size()) return context->GetElementParams();
  return std::make_shared<ILDCRTParams<BigInteger>>(2 * context->GetRingDimension(),
                                                    std::vector<std::shared_ptr<lbcrypto::ILNativeParams>>(
                                                        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(limbs)));
}

/// A plaintext that is encoded already.
class Encoded : public lbcrypto::CKKSPackedEncoding {
 public:
  Encoded(const Context& context, Polynomial polynomial, const std::vector<std::complex<double>>& values, double scale)
      : CKKSPackedEncoding(
            polynomial.GetParams(), context->GetEncodingParams(), values, 1,
            static_cast<std::uint32_t>(context->GetElementParams()->GetParams().size() - polynomial.GetNumOfElements()),
            scale, static_cast<std::uint32_t>(values.size()), lbcrypto::COMPLEX) {
    GetElement<Polynomial>() = std::move(polynomial);
    isEncoded = true;
  }
};

/// Integers held by doubles, up to 2^120, in evaluation form.
Polynomial from_integers(const Context& context, const std::vector<double>& integers, std::size_t limbs) {
  const auto q = primes(context);
  Residues residues;
  for (std::size_t limb = 0; limb < limbs; ++limb) {
    for (const double value : integers) {
      require<InvalidArgument>(std::abs(value) < 0x1p120, "encode: expected coefficients below 2^120, actual ", value);
      const auto r = static_cast<std::uint64_t>(static_cast<unsigned __int128>(std::abs(value)) % q[limb]);
      residues.push_back(value < 0 && r != 0 ? q[limb] - r : r);
    }
  }
  return from_residues(context, residues, limbs);
}

}  // namespace

Residues to_residues(const Polynomial& polynomial) {
  Polynomial coefficients = polynomial;
  coefficients.SetFormat(Format::COEFFICIENT);
  Residues out;
  for (const NativePoly& limb : coefficients.GetAllElements()) {
    for (std::size_t i = 0; i < limb.GetLength(); ++i) out.push_back(limb[i].ConvertToInt<std::uint64_t>());
  }
  return out;
}

Polynomial from_residues(const Chain& chain, const Residues& residues) {
  const std::size_t n = chain->GetRingDimension(), limbs = chain->GetParams().size();
  require<InvalidArgument>(residues.size() == limbs * n, "residues: expected ", limbs, " limbs of ", n, ", actual ",
                           residues.size(), " residues");
  Polynomial out(chain, Format::COEFFICIENT, true);
  for (std::size_t limb = 0; limb < limbs; ++limb) {
    const NativeInteger q = chain->GetParams()[limb]->GetModulus();
    NativeVector values(static_cast<std::uint32_t>(n), q);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t residue = residues[limb * n + i];
      require<InvalidArgument>(residue < q.ConvertToInt<std::uint64_t>(), "residue ", i, " of limb ", limb,
                               ": expected below ", q, ", actual ", residue);
      values[i] = residue;
    }
    NativePoly element(chain->GetParams()[limb], Format::COEFFICIENT, true);
    element.SetValues(std::move(values), Format::COEFFICIENT);
    out.SetElementAtIndex(static_cast<std::uint32_t>(limb), std::move(element));
  }
  out.SetFormat(Format::EVALUATION);
  return out;
}

Polynomial from_residues(const Context& context, const Residues& residues, std::size_t limbs) {
  return from_residues(chain(context, limbs), residues);
}

RnsCiphertext to_residues(const Ciphertext& ciphertext, double scale) {
  RnsCiphertext out;
  out.ring_degree = ciphertext->GetCryptoContext()->GetRingDimension();
  out.scale = scale;
  for (const auto& p : ciphertext->GetElements()[0].GetParams()->GetParams()) {
    out.moduli.push_back(p->GetModulus().ConvertToInt<std::uint64_t>());
  }
  for (const Polynomial& part : ciphertext->GetElements()) out.parts.push_back(to_residues(part));
  return out;
}

Ciphertext from_residues(const Context& context, const RnsCiphertext& ciphertext, const std::string& key_tag) {
  require<InvalidArgument>(ciphertext.ring_degree == context->GetRingDimension(), "ciphertext: expected ring degree ",
                           context->GetRingDimension(), ", actual ", ciphertext.ring_degree);
  const auto q = primes(context);
  require<InvalidArgument>(!ciphertext.moduli.empty() && ciphertext.moduli.size() <= q.size(),
                           "ciphertext: expected 1 to ", q.size(), " moduli, actual ", ciphertext.moduli.size());
  for (std::size_t i = 0; i < ciphertext.moduli.size(); ++i) {
    require<InvalidArgument>(ciphertext.moduli[i] == q[i], "ciphertext: modulus ", i, ": expected ", q[i], ", actual ",
                             ciphertext.moduli[i]);
  }
  require<InvalidArgument>(ciphertext.parts.size() == 2 || ciphertext.parts.size() == 3,
                           "ciphertext: expected 2 or 3 parts, actual ", ciphertext.parts.size());
  require<InvalidArgument>(std::isfinite(ciphertext.scale) && ciphertext.scale >= 1,
                           "ciphertext: expected a scale of at least 1, actual ", ciphertext.scale);
  std::vector<Polynomial> parts;
  for (const Residues& part : ciphertext.parts) {
    parts.push_back(from_residues(context, part, ciphertext.moduli.size()));
  }
  return make_ciphertext(context, std::move(parts), key_tag, 1);
}

Ciphertext make_ciphertext(const Context& context, std::vector<Polynomial> parts, const std::string& key_tag,
                           std::uint32_t noise_scale_degree) {
  auto out = std::make_shared<lbcrypto::CiphertextImpl<Polynomial>>(context, key_tag, lbcrypto::CKKS_PACKED_ENCODING);
  const std::size_t limbs = parts[0].GetNumOfElements();
  out->SetElements(std::move(parts));
  out->SetNoiseScaleDeg(noise_scale_degree);
  out->SetLevel(context->GetElementParams()->GetParams().size() - limbs);
  out->SetScalingFactor(
      std::exp2(static_cast<double>(context->GetEncodingParams()->GetPlaintextModulus()) * noise_scale_degree));
  out->SetSlots(context->GetRingDimension() / 2);
  return out;
}

lbcrypto::Plaintext encode(const Context& context, const std::vector<std::complex<double>>& slots, double scale,
                           std::size_t limbs) {
  const std::size_t n = context->GetRingDimension(), all = n / 2;
  require<InvalidArgument>(!slots.empty() && slots.size() <= all && (slots.size() & (slots.size() - 1)) == 0,
                           "slots: expected a power of two of 1 to ", all, " values, actual ", slots.size());
  std::vector<std::complex<double>> values(all);
  for (std::size_t i = 0; i < all; ++i) {
    values[i] = slots[i % slots.size()];
    require<InvalidArgument>(std::isfinite(values[i].real()) && std::isfinite(values[i].imag()), "slot ", i,
                             ": expected a finite value, actual ", values[i]);
  }
  lbcrypto::DiscreteFourierTransform::FFTSpecialInv(values, static_cast<std::uint32_t>(2 * n));
  std::vector<double> coefficients(n);
  for (std::size_t i = 0; i < all; ++i) {
    coefficients[i] = std::rint(values[i].real() * scale);
    coefficients[i + all] = std::rint(values[i].imag() * scale);
  }
  return std::make_shared<Encoded>(context, from_integers(context, coefficients, limbs), values, scale);
}

}  // namespace hetal::openfhe
