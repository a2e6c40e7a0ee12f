#include "bootstrap/bootstrapper.h"

#include <algorithm>
#include <cmath>

#include "bootstrap/eval_mod_constants.h"
#include "bootstrap/mod_raise.h"

namespace hetal::bootstrap {

using ckks::Ciphertext;
using ckks::Evaluator;

namespace {

/// Of each linear transform.
constexpr std::uint32_t kBabySteps = 8;

}  // namespace

RotationLevels rotation_levels(const ckks::Parameters& parameters) {
  return transform_rotations(parameters, parameters.slot_count(), kBabySteps);
}

std::uint64_t key_bytes(const ckks::Parameters& parameters) {
  return key_bytes(parameters, rotation_levels(parameters));
}

Bootstrapper::Bootstrapper(const ckks::Context& context)
    : context_(context),
      eval_mod_(context, context.parameters().scale(context.parameters().bootstrap_input_level()) *
                             message_gain(context.parameters())) {
  const ckks::Parameters& p = context.parameters();
  const int input = p.bootstrap_input_level();
  auto stride = strides(radices(p, p.slot_count()));
  const auto stc =
      factors(context, p.slot_count(), false, std::pow(message_gain(p), 1.0 / static_cast<double>(stride.size())));
  for (std::size_t i = 0; i < stc.size(); ++i) {
    stc_.push_back(std::make_unique<circuits::LinearTransform>(context, stc[i], stride[i], kBabySteps,
                                                               input - static_cast<int>(i)));
  }
  // From coefficients c to x = c / (2 kRange q0) at the scale of the EvalMod level. z + conj(z) doubles x.
  const double total = p.scale(p.eval_mod_level()) / (2 * kRange * static_cast<double>(p.q()[0]));
  const auto cts = factors(context, p.slot_count(), true, std::pow(total, 1.0 / static_cast<double>(stc.size())));
  std::reverse(stride.begin(), stride.end());
  for (std::size_t i = 0; i < cts.size(); ++i) {
    cts_.push_back(std::make_unique<circuits::LinearTransform>(context, cts[i], stride[i], kBabySteps,
                                                               p.cts_level() - static_cast<int>(i)));
  }
}

std::map<std::uint32_t, int> Bootstrapper::galois_levels() const {
  std::map<std::uint32_t, int> out;
  auto note = [&](std::uint32_t galois, int level) {
    int& at = out.try_emplace(galois, level).first->second;
    at = std::max(at, level);
  };
  for (const auto* group : {&stc_, &cts_}) {
    for (const auto& transform : *group) {
      for (std::uint32_t steps : transform->rotations()) note(context_.encoder().rotation(steps), transform->level());
    }
  }
  note(static_cast<std::uint32_t>(2 * context_.n() - 1), context_.parameters().eval_mod_level() + 1);
  return out;
}

int Bootstrapper::relinearization_level() const { return context_.parameters().eval_mod_level(); }

Ciphertext Bootstrapper::slots_to_coefficients(const Evaluator& evaluator, const Ciphertext& a) const {
  Ciphertext x = evaluator.drop_to_level(a, context_.parameters().bootstrap_input_level());
  for (const auto& transform : stc_) x = transform->apply(evaluator, x);
  return x;
}

Ciphertext Bootstrapper::coefficients_to_slots(const Evaluator& evaluator, const Ciphertext& a) const {
  Ciphertext x;
  const Ciphertext* input = &a;
  for (std::size_t i = 0; i + 1 < cts_.size(); ++i) {
    x = cts_[i]->apply(evaluator, *input);
    input = &x;
  }
  return cts_.back()->apply_unrescaled(evaluator, *input);
}

Ciphertext Bootstrapper::real(const Evaluator& evaluator, const Ciphertext& a) const {
  const Ciphertext z = coefficients_to_slots(evaluator, raise_modulus(evaluator, slots_to_coefficients(evaluator, a)));
  return eval_mod_.apply(evaluator, evaluator.add(z, evaluator.conjugate(z)));
}

std::array<Ciphertext, 2> Bootstrapper::parts(const Evaluator& evaluator, const Ciphertext& a) const {
  const Ciphertext z = coefficients_to_slots(evaluator, raise_modulus(evaluator, slots_to_coefficients(evaluator, a)));
  const Ciphertext conjugate = evaluator.conjugate(z);
  // -i (z - conj z) = i (conj z - z)
  return {eval_mod_.apply(evaluator, evaluator.add(z, conjugate)),
          eval_mod_.apply(evaluator, evaluator.mul_by_i(evaluator.sub(conjugate, z)))};
}

Ciphertext Bootstrapper::complex(const Evaluator& evaluator, const Ciphertext& a) const {
  const auto [real, imaginary] = parts(evaluator, a);
  return evaluator.add(real, evaluator.mul_by_i(imaginary));
}

std::array<Ciphertext, 2> Bootstrapper::pair(const Evaluator& evaluator, const Ciphertext& a,
                                             const Ciphertext& b) const {
  const int input = context_.parameters().bootstrap_input_level();
  return parts(evaluator,
               evaluator.add(evaluator.drop_to_level(a, input), evaluator.mul_by_i(evaluator.drop_to_level(b, input))));
}

}  // namespace hetal::bootstrap
