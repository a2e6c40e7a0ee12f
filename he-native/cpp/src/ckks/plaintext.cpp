#include "ckks/plaintext.h"

#include <bit>

namespace hetal::ckks {

Plaintext encode(const Context& context, const std::vector<std::complex<double>>& slots, int level, double scale) {
  const std::vector<std::int64_t> coefficients = context.encoder().encode(slots, scale);
  context.require_fits(coefficients, level);
  const Basis basis{level + 1, true};
  const RnsPoly poly = context.from_coefficients(coefficients, basis);
  const std::size_t words = static_cast<std::size_t>(context.limbs(basis)) * context.n();
  Plaintext out{{}, std::countr_zero(context.n() / 2 / slots.size()), level, scale};
  const std::size_t kept = words >> out.log_run;
  out.limbs = context.device().allocate(kept);
  if (out.log_run == 0) {
    context.device().copy(out.limbs.data(), poly.data(), words);
    return out;
  }
  std::vector<Word> host(words);
  context.device().download(host.data(), poly.data(), words);
  for (std::size_t i = 0; i < kept; ++i) host[i] = host[i << out.log_run];
  context.device().upload(out.limbs.data(), host.data(), kept);
  return out;
}

}  // namespace hetal::ckks
