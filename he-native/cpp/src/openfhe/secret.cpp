#include "openfhe/secret.h"

#include <cmath>
#include <cstring>

#include "base/error.h"

namespace hetal::openfhe {

using lbcrypto::NativePoly;

std::vector<std::complex<double>> decrypt(const Context& context, const PrivateKey& secret,
                                          const Ciphertext& ciphertext, double scale) {
  lbcrypto::Plaintext out;
  // Two limbs tell a message that is far smaller than q0 q1; OpenFHE interpolates over as many as there are.
  const std::size_t limbs = ciphertext->GetElements()[0].GetNumOfElements();
  const Ciphertext low = limbs > 2 ? context->LevelReduce(ciphertext, nullptr, limbs - 2) : ciphertext;
  context->Decrypt(secret, low, &out);
  auto slots = out->GetCKKSPackedValue();
  slots.resize(context->GetRingDimension() / 2);
  const double ratio = std::exp2(static_cast<double>(context->GetEncodingParams()->GetPlaintextModulus()) *
                                 ciphertext->GetNoiseScaleDeg()) /
                       scale;
  for (auto& slot : slots) slot *= ratio;
  return slots;
}

void wipe(const NativePoly& polynomial) {
  static_assert(sizeof(lbcrypto::NativeInteger) == sizeof(std::uint64_t));
  if (polynomial.IsEmpty() || polynomial.GetLength() == 0) return;
  // The polynomial is not const, only OpenFHE's access to its values is.
  auto& first = const_cast<lbcrypto::NativeInteger&>(polynomial.GetValues()[0]);
  explicit_bzero(static_cast<void*>(&first), polynomial.GetLength() * sizeof first);
}

void wipe(const Polynomial& polynomial) {
  for (const NativePoly& limb : polynomial.GetAllElements()) wipe(limb);
}

void wipe(const PrivateKey& secret) { wipe(secret->GetPrivateElement()); }

PrivateKey wiped_at_end(PrivateKey secret) {
  auto* const key = secret.get();
  return {key, [owned = std::move(secret)](const void*) { wipe(owned); }};
}

std::vector<std::int64_t> secret_coefficients(const PrivateKey& secret) {
  Wiped<NativePoly> copy(secret->GetPrivateElement().GetElementAtIndex(0));
  NativePoly& limb = copy.value;
  limb.SetFormat(Format::COEFFICIENT);
  const std::uint64_t q = limb.GetModulus().ConvertToInt<std::uint64_t>();
  std::vector<std::int64_t> out(limb.GetLength());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint64_t residue = limb[i].ConvertToInt<std::uint64_t>();
    out[i] = residue > q / 2 ? -static_cast<std::int64_t>(q - residue) : static_cast<std::int64_t>(residue);
  }
  return out;
}

PrivateKey secret_from_coefficients(const Context& context, std::span<const std::int64_t> coefficients,
                                    const std::string& key_tag) {
  const auto q = primes(context);
  struct WipedResidues {
    Residues values;
    ~WipedResidues() { explicit_bzero(values.data(), values.size() * sizeof(std::uint64_t)); }
  } residues;
  residues.values.reserve(q.size() * coefficients.size());  // a reallocation would leave a copy in freed memory
  for (const std::uint64_t prime : q) {
    for (const std::int64_t c : coefficients) {
      require<InvalidArgument>(c >= -1 && c <= 1, "secret key: expected coefficients of -1, 0 or 1, actual ", c);
      residues.values.push_back(c < 0 ? prime - 1 : static_cast<std::uint64_t>(c));
    }
  }
  const PrivateKey out = wiped_at_end(std::make_shared<lbcrypto::PrivateKeyImpl<Polynomial>>(context));
  out->SetPrivateElement(from_residues(context, residues.values, q.size()));
  out->SetKeyTag(key_tag);
  return out;
}

}  // namespace hetal::openfhe
