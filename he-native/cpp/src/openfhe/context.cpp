#include "openfhe/context.h"

#include <cmath>

#include "base/error.h"
#include "openfhe/keys.h"

namespace hetal::openfhe {
namespace {

using lbcrypto::CryptoContextFactory;
using lbcrypto::CryptoContextImpl;
using lbcrypto::DCRTPoly;
using lbcrypto::NativeInteger;

lbcrypto::SecretKeyDist distribution(Secret secret) {
  switch (secret) {
    case Secret::kUniformTernary:
      return lbcrypto::UNIFORM_TERNARY;
    case Secret::kSparseTernary:
      return lbcrypto::SPARSE_TERNARY;
    case Secret::kSparseEncapsulated:
      return lbcrypto::SPARSE_ENCAPSULATED;
  }
  throw InvalidArgument(message("secret: expected 0, 1 or 2, actual ", static_cast<int>(secret)));
}

lbcrypto::SecurityLevel security(int bits) {
  switch (bits) {
    case 0:
      return lbcrypto::HEStd_NotSet;
    case 128:
      return lbcrypto::HEStd_128_classic;
    case 192:
      return lbcrypto::HEStd_192_classic;
    case 256:
      return lbcrypto::HEStd_256_classic;
    default:
      throw InvalidArgument(message("security: expected 0, 128, 192 or 256 bits, actual ", bits));
  }
}

void require_ring(std::uint32_t ring_degree) {
  require<InvalidArgument>(ring_degree >= 16 && ring_degree <= 1u << 17 && (ring_degree & (ring_degree - 1)) == 0,
                           "ring degree: expected a power of two of 16 to 131072, actual ", ring_degree);
}

void enable(const Context& context) {
  for (const auto feature :
       {lbcrypto::PKE, lbcrypto::KEYSWITCH, lbcrypto::LEVELEDSHE, lbcrypto::ADVANCEDSHE, lbcrypto::FHE}) {
    context->Enable(feature);
  }
}

}  // namespace

Context make_context(const Settings& s) {
  if (s.ring_degree != 0) require_ring(s.ring_degree);
  require<InvalidArgument>(s.ring_degree != 0 || s.security_bits != 0,
                           "settings: expected a ring degree or a security level, actual neither");
  require<InvalidArgument>(s.depth >= 1 && s.depth <= 60, "depth: expected 1 to 60, actual ", s.depth);
  require<InvalidArgument>(
      s.scaling_bits >= 20 && s.scaling_bits <= 59 && s.first_bits >= s.scaling_bits && s.first_bits <= 60,
      "prime sizes: expected 20 <= scaling <= 59, scaling <= first <= 60; actual ", s.scaling_bits, " and ",
      s.first_bits);
  require<InvalidArgument>(s.digits <= s.depth + 1, "digits: expected at most ", s.depth + 1, ", actual ", s.digits);
  lbcrypto::CCParams<lbcrypto::CryptoContextCKKSRNS> parameters;
  parameters.SetSecurityLevel(security(s.security_bits));
  if (s.ring_degree != 0) parameters.SetRingDim(s.ring_degree);
  parameters.SetMultiplicativeDepth(s.depth);
  parameters.SetScalingModSize(s.scaling_bits);
  parameters.SetFirstModSize(s.first_bits);
  parameters.SetScalingTechnique(lbcrypto::FIXEDMANUAL);
  parameters.SetKeySwitchTechnique(lbcrypto::HYBRID);
  if (s.digits != 0) parameters.SetNumLargeDigits(s.digits);
  parameters.SetSecretKeyDist(distribution(s.secret));
  parameters.SetCKKSDataType(lbcrypto::COMPLEX);
  Context context = lbcrypto::GenCryptoContext(parameters);
  enable(context);
  return context;
}

Context make_context(std::uint32_t ring_degree, const std::vector<std::uint64_t>& q, std::uint32_t scaling_bits,
                     std::uint32_t digits, std::uint32_t special_bits, Secret secret) {
  require_ring(ring_degree);
  require<InvalidArgument>(!q.empty() && digits >= 1 && digits <= q.size(), "digits: expected 1 to ", q.size(),
                           ", actual ", digits);
  std::vector<NativeInteger> moduli, roots;
  for (const std::uint64_t prime : q) {
    require<InvalidArgument>(prime % (2 * ring_degree) == 1 && prime < 1ull << 60 &&
                                 lbcrypto::MillerRabinPrimalityTest(NativeInteger(prime)),
                             "prime: expected a prime below 2^60 congruent to 1 modulo ", 2 * ring_degree, ", actual ",
                             prime);
    moduli.emplace_back(prime);
    roots.push_back(lbcrypto::RootOfUnity<NativeInteger>(2 * ring_degree, moduli.back()));
  }
  const auto chain = std::make_shared<lbcrypto::ILDCRTParams<lbcrypto::BigInteger>>(2 * ring_degree, moduli, roots);
  const lbcrypto::EncodingParams encoding(
      std::make_shared<lbcrypto::EncodingParamsImpl>(scaling_bits, ring_degree / 2));
  auto parameters = std::make_shared<lbcrypto::CryptoParametersCKKSRNS>(
      chain, encoding, 3.19f, 36.0f, lbcrypto::HEStd_NotSet, 0, distribution(secret), 2, lbcrypto::HYBRID,
      lbcrypto::FIXEDMANUAL, lbcrypto::STANDARD, lbcrypto::HPS, lbcrypto::NOT_SET, lbcrypto::FIXED_NOISE_MULTIPARTY,
      lbcrypto::EXEC_EVALUATION, lbcrypto::FIXED_NOISE_DECRYPT, 1, 30, 1, 1, lbcrypto::SLACK,
      lbcrypto::BASE_NUM_LEVELS_TO_DROP, NATIVEINT, lbcrypto::COMPLEX);
  parameters->SetMultiplicativeDepth(static_cast<std::uint32_t>(q.size()) - 1);
  parameters->PrecomputeCRTTables(lbcrypto::HYBRID, lbcrypto::FIXEDMANUAL, lbcrypto::STANDARD, lbcrypto::HPS, digits,
                                  special_bits, 0);
  auto scheme = std::make_shared<lbcrypto::SchemeCKKSRNS>();
  scheme->SetKeySwitchingTechnique(lbcrypto::HYBRID);
  Context context = CryptoContextFactory<DCRTPoly>::GetContext(parameters, scheme, lbcrypto::SCHEME::CKKSRNS_SCHEME);
  enable(context);
  return context;
}

void release_context(const Context& context) {
  forget_bootstrap(context);
  CryptoContextImpl<DCRTPoly>::ClearEvalMultKeys(context);
  CryptoContextImpl<DCRTPoly>::ClearEvalAutomorphismKeys(context);
  // The list itself is not const; OpenFHE can only empty all of it, which would take other people's contexts away.
  auto& all = const_cast<std::vector<Context>&>(CryptoContextFactory<DCRTPoly>::GetAllContexts());
  std::erase(all, context);
}

std::vector<std::uint64_t> primes(const Context& context) {
  std::vector<std::uint64_t> out;
  for (const auto& p : context->GetElementParams()->GetParams()) out.push_back(p->GetModulus().ConvertToInt());
  return out;
}

double log_qp(const Context& context) {
  const auto parameters = std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(context->GetCryptoParameters());
  double sum = 0;
  for (const auto& p : parameters->GetParamsQP()->GetParams()) sum += std::log2(p->GetModulus().ConvertToDouble());
  return sum;
}

std::string version() { return GetOPENFHEVersion(); }

}  // namespace hetal::openfhe
