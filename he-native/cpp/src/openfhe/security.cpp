#include "openfhe/security.h"

#include <bit>
#include <cmath>

#include "base/error.h"
#include "ckks/parameters.h"

namespace hetal::openfhe {

double log_sparse_q(const Context& context, const AutomorphismKeys& keys) {
  // An even number, which is no Galois element (FHECKKSRNS::EvalBootstrapKeyGen).
  const auto key = keys.find(2 * context->GetRingDimension() - 4);
  require<MissingKey>(key != keys.end(), "bootstrap: expected a key to the sparse secret, actual none");
  double sum = 0;
  for (const auto& prime : key->second->GetBVector()[0].GetParams()->GetParams()) {
    sum += std::log2(prime->GetModulus().ConvertToDouble());
  }
  return sum;
}

void require_secure_bootstrap(const Context& context, const AutomorphismKeys& keys) {
  const auto parameters = std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(context->GetCryptoParameters());
  if (parameters->GetStdLevel() == lbcrypto::HEStd_NotSet) return;
  if (parameters->GetSecretKeyDist() != lbcrypto::SPARSE_ENCAPSULATED) return;
  ckks::require_secure("OpenFHE's parameters", std::countr_zero(context->GetRingDimension()), log_qp(context),
                       log_sparse_q(context, keys));
}

}  // namespace hetal::openfhe
