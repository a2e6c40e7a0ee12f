// Removes the multiples of q0 that ModRaise adds: a cosine with double angles (Han and Ki 2020, eprint 2019/688), then
// a cubic for the arcsine (Kim et al. 2022). eval_mod_constants.h has the constants.
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "ckks/evaluator.h"

namespace hetal::bootstrap {

/// By what SlotsToCoeffs enlarges the messages of a set. EvalMod's error in the message is that of n16_l12 then.
double message_gain(const ckks::Parameters& parameters);

class EvalMod {
 public:
  /// For messages of scale `message_scale` when their modulus was raised. A mask, unless empty, is one factor per slot,
  /// repeated to fill the slots: the arcsine's coefficients are multiplied by it, which takes no level.
  EvalMod(const ckks::Context& context, double message_scale, const std::vector<std::complex<double>>& mask = {});

  /// From x = (m + I q0) / (kRange q0), not yet rescaled to the EvalMod level, to m times the mask at the output level,
  /// canonical scale. Keys: relinearization at the EvalMod level.
  ckks::Ciphertext apply(const ckks::Evaluator& evaluator, const ckks::Ciphertext& unrescaled) const;

 private:
  double first_, third_, factor_scale_;
  std::optional<ckks::Plaintext> masked_first_, masked_third_;
};

}  // namespace hetal::bootstrap
