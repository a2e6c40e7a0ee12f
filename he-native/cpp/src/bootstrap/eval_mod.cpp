#include "bootstrap/eval_mod.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "bootstrap/eval_mod_constants.h"
#include "circuits/chebyshev.h"
#include "ckks/key_switching.h"

namespace hetal::bootstrap {
namespace {

using ckks::Ciphertext;
using ckks::Evaluator;

// T_2, the polynomial, the double angles, the cubic of the arcsine.
static_assert(ckks::kEvalModLevels == 1 + std::bit_width(static_cast<unsigned>(kHalfDegree)) + kDoubleAngles + 2);
static_assert(kShift == kPeriods - 0.25 && kRange >= kLargestOverflow + 1.0 / 8 + kShift);

double prime(const ckks::Parameters& p, int level) {
  return static_cast<double>(p.q()[static_cast<std::size_t>(level)]);
}

/// sin(2 pi (kRange x)), two levels above the output level.
Ciphertext sine(const Evaluator& evaluator, Ciphertext x) {
  // cos(w x), doubled r times to cos(2 pi (t - 1/4)) = sin(2 pi t).
  x = evaluator.add_constant(x, kShift / kRange);
  Ciphertext s =
      circuits::evaluate_chebyshev(evaluator, circuits::double_angle(evaluator, x), {kCosine.begin(), kCosine.end()});
  for (int i = 0; i < kDoubleAngles; ++i) s = circuits::double_angle(evaluator, s);
  return s;
}

ckks::Plaintext scaled_mask(const ckks::Context& context, std::vector<std::complex<double>> mask, double factor,
                            int level, double scale) {
  for (auto& z : mask) z *= factor;
  return ckks::encode(context, mask, level, scale);
}

}  // namespace

double message_gain(const ckks::Parameters& parameters) {
  return kMessageGain * std::exp2(kMessageLogScale - parameters.literal().log_scale);
}

EvalMod::EvalMod(const ckks::Context& context, double message_scale, const std::vector<std::complex<double>>& mask) {
  const ckks::Parameters& p = context.parameters();
  // q0 / (2 pi message_scale) * arcsin(s), at the canonical scale of the output level.
  const double ratio = static_cast<double>(p.q()[0]) / (2 * std::numbers::pi * message_scale);
  // arcsin s = s + s^3/6 + 3 s^5/40, with s^5 replaced by its best cubic on |s| <= S: (20 S^2 s^3 - 5 S^4 s) / 16.
  const double bound = kArcsineBound / ratio;
  first_ = ratio * (1 - 3.0 / 40 * 5 / 16 * std::pow(bound, 4));
  third_ = ratio * (1.0 / 6 + 3.0 / 40 * 20 / 16 * bound * bound);
  const int output = p.bootstrap_output_level(), low = output + 1, high = output + 2;
  factor_scale_ = p.scale(output) * prime(p, low) / p.scale(low);
  if (mask.empty()) return;
  masked_first_ = scaled_mask(context, mask, first_, low, factor_scale_ * p.scale(low) / p.scale(high));
  masked_third_ = scaled_mask(context, mask, third_, high, factor_scale_ * prime(p, high) / p.scale(high));
}

Ciphertext EvalMod::apply(const Evaluator& evaluator, const Ciphertext& unrescaled) const {
  const ckks::Parameters& p = evaluator.context().parameters();
  Ciphertext x = evaluator.rescale(unrescaled);
  x.scale = p.scale(x.level);
  const Ciphertext s = sine(evaluator, std::move(x));
  const int low = p.bootstrap_output_level() + 1;
  const bool masked = masked_first_.has_value();
  if (masked) {
    require<ScaleError>(s.scale == p.scale(s.level), "eval mod: expected the canonical scale of level ", s.level);
  }
  Ciphertext cubic =
      evaluator.rescale(masked ? evaluator.mul_plain(s, *masked_third_)
                               : evaluator.mul_constant(s, third_, factor_scale_ * prime(p, s.level) / s.scale));
  cubic.scale = factor_scale_;
  Ciphertext sum = evaluator.tensor(cubic, evaluator.mul(s, s));
  // s is truncated, so the factor has the scale that brings that of the level above to that of the sum.
  Ciphertext linear = masked ? evaluator.mul_plain(evaluator.truncate(s, low), *masked_first_)
                             : evaluator.mul_constant(s, first_, factor_scale_ * p.scale(low) / s.scale, low);
  sum.scale = linear.scale;  // factor_scale * scale(low), both
  Ciphertext out = ckks::relinearize_and_rescale(evaluator, evaluator.add(sum, linear));
  out.scale = p.scale(out.level);
  return out;
}

}  // namespace hetal::bootstrap
