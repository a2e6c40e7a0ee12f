#include "bootstrap/sparse_bootstrapper.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "bootstrap/eval_mod_constants.h"
#include "bootstrap/mod_raise.h"

namespace hetal::bootstrap {
namespace {

using circuits::Diagonals;
using ckks::Ciphertext;
using ckks::Evaluator;
using Complex = std::complex<double>;

/// Of each linear transform.
constexpr std::uint32_t kBabySteps = 8;

/// Terms of the trace that share a decomposition.
constexpr std::uint32_t kTermsAtOnce = 4;

/// The steps of the sums whose product is the trace: (0, m, 2m, 3m), (0, 4m, 8m, 12m), ...
std::vector<std::vector<std::uint32_t>> trace_steps(const ckks::Parameters& p, std::uint32_t half) {
  std::vector<std::vector<std::uint32_t>> out;
  for (std::uint32_t step = half; step < p.slot_count();) {
    const std::uint32_t terms = std::min(kTermsAtOnce, p.slot_count() / step);
    out.emplace_back();
    for (std::uint32_t i = 0; i < terms; ++i) out.back().push_back(i * step);
    step *= terms;
  }
  return out;
}

/// The matrix times the diagonal matrix of (1, factor), each for `half` slots: the period becomes 2 half.
Diagonals after_mask(const Diagonals& matrix, std::uint32_t half, Complex first, Complex second) {
  Diagonals out;
  for (const auto& [d, values] : matrix) {
    auto& at = out[d];
    at.resize(std::size_t{2} * half);
    for (std::uint32_t i = 0; i < 2 * half; ++i) {
      at[i] = values[i % values.size()] * ((i + d) % (2 * half) < half ? first : second);
    }
  }
  return out;
}

/// The diagonal matrix of (1, -i), each for `half` slots, times the matrix.
Diagonals before_mask(const Diagonals& matrix, std::uint32_t half) {
  Diagonals out;
  for (const auto& [d, values] : matrix) {
    auto& at = out[d];
    at.resize(std::size_t{2} * half);
    for (std::uint32_t i = 0; i < 2 * half; ++i) {
      at[i] = values[i % values.size()] * (i < half ? Complex(1) : Complex(0, -1));
    }
  }
  return out;
}

double message_scale(const ckks::Parameters& p) { return p.scale(p.bootstrap_input_level()) * message_gain(p); }

std::vector<Complex> halves(std::uint32_t half, Complex first, Complex second) {
  std::vector<Complex> out(half, first);
  out.resize(std::size_t{2} * half, second);
  return out;
}

std::uint32_t half_of(const ckks::Parameters& p, std::uint32_t slots) {
  require<InvalidArgument>(std::has_single_bit(slots) && slots >= fewest_sparse_slots(p) && slots <= p.slot_count(),
                           "sparse bootstrap: expected a power of two of ", fewest_sparse_slots(p), " to ",
                           p.slot_count(), " slots, actual ", slots);
  return slots / 2;
}

}  // namespace

std::uint32_t fewest_sparse_slots(const ckks::Parameters& p) {
  return std::uint32_t{2} << p.literal().stc_radix.size();
}

RotationLevels sparse_rotation_levels(const ckks::Parameters& p, std::uint32_t slots) {
  const std::uint32_t half = half_of(p, slots);
  RotationLevels out = transform_rotations(p, half, kBabySteps);
  for (const auto& sum : trace_steps(p, half)) {
    for (std::uint32_t step : sum) note(out, step, p.top_level());
  }
  return out;
}

SparseBootstrapper::SparseBootstrapper(const ckks::Context& context, std::uint32_t slots)
    : context_(context),
      half_(half_of(context.parameters(), slots)),
      eval_mod_(context, message_scale(context.parameters())),
      separating_eval_mod_(context, message_scale(context.parameters()), halves(half_, 0.5, Complex(0, 0.5))) {
  const ckks::Parameters& p = context.parameters();
  const int input = p.bootstrap_input_level();
  auto stride = strides(radices(p, half_));
  const double count = static_cast<double>(stride.size());
  auto transform = [&](const Diagonals& diagonals, std::uint32_t step, int level) {
    return std::make_unique<circuits::LinearTransform>(context, diagonals, step, kBabySteps, level);
  };
  const auto stc = factors(context, half_, false, std::pow(message_gain(p), 1.0 / count));
  // The trace adds y and rotate(y, m), which halves their mean; hence the 2.
  first_of_real_ = transform(after_mask(stc[0], half_, 2, Complex(0, 2)), stride[0], input);
  first_of_pair_ = transform(stc[0], stride[0], input);
  for (std::size_t i = 1; i < stc.size(); ++i) {
    stc_.push_back(transform(stc[i], stride[i], input - static_cast<int>(i)));
  }
  // From coefficients c to x = c / (2 kRange q0) at the scale of the EvalMod level. z + conj(z) doubles x; the trace
  // multiplies by its terms.
  const double terms = static_cast<double>(p.slot_count() / half_);
  const double total = p.scale(p.eval_mod_level()) / (2 * kRange * static_cast<double>(p.q()[0]) * terms);
  auto cts = factors(context, half_, true, std::pow(total, 1.0 / count));
  cts.back() = before_mask(cts.back(), half_);
  std::reverse(stride.begin(), stride.end());
  for (std::size_t i = 0; i < cts.size(); ++i) {
    cts_.push_back(transform(cts[i], stride[i], p.cts_level() - static_cast<int>(i)));
  }
}

std::map<std::uint32_t, int> SparseBootstrapper::galois_levels() const {
  std::map<std::uint32_t, int> out;
  for (const auto& [steps, level] : sparse_rotation_levels(context_.parameters(), 2 * half_)) {
    out[context_.encoder().rotation(steps)] = level;
  }
  out[static_cast<std::uint32_t>(2 * context_.n() - 1)] = context_.parameters().eval_mod_level() + 1;
  return out;
}

Ciphertext SparseBootstrapper::trace(const Evaluator& evaluator, Ciphertext a) const {
  for (const auto& steps : trace_steps(context_.parameters(), half_)) a = evaluator.rotate_sum(a, steps);
  return a;
}

Ciphertext SparseBootstrapper::coefficients(const Evaluator& evaluator, const Ciphertext& a,
                                            const circuits::LinearTransform& first) const {
  Ciphertext x = first.apply(evaluator, evaluator.drop_to_level(a, context_.parameters().bootstrap_input_level()));
  for (const auto& factor : stc_) x = factor->apply(evaluator, x);
  x = trace(evaluator, raise_modulus(evaluator, x));
  for (std::size_t i = 0; i + 1 < cts_.size(); ++i) x = cts_[i]->apply(evaluator, x);
  x = cts_.back()->apply_unrescaled(evaluator, x);
  return evaluator.add(x, evaluator.conjugate(x));
}

Ciphertext SparseBootstrapper::real(const Evaluator& evaluator, const Ciphertext& a) const {
  return eval_mod_.apply(evaluator, coefficients(evaluator, a, *first_of_real_));
}

std::array<Ciphertext, 2> SparseBootstrapper::pair(const Evaluator& evaluator, const Ciphertext& a,
                                                   const Ciphertext& b) const {
  const int input = context_.parameters().bootstrap_input_level();
  const Ciphertext both =
      evaluator.add(evaluator.drop_to_level(a, input), evaluator.mul_by_i(evaluator.drop_to_level(b, input)));
  const Ciphertext halves = separating_eval_mod_.apply(evaluator, coefficients(evaluator, both, *first_of_pair_));
  // (a + i b) / 2 in every slot
  const std::uint32_t steps[] = {0, half_};
  const Ciphertext z = evaluator.rotate_sum(halves, steps);
  const Ciphertext conjugate = evaluator.conjugate(z);
  return {evaluator.add(z, conjugate), evaluator.mul_by_i(evaluator.sub(conjugate, z))};
}

}  // namespace hetal::bootstrap
