#include "bootstrap/bootstrapper.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "bootstrap/eval_mod_constants.h"
#include "circuits/chebyshev.h"
#include "ckks/key_file.h"
#include "ckks/key_switching.h"

namespace hetal::bootstrap {
namespace {

using circuits::Diagonals;
using ckks::Ciphertext;
using ckks::Evaluator;
using Complex = std::complex<double>;

// T_2, the polynomial, the double angles, the cubic of the arcsine.
static_assert(ckks::kEvalModLevels == 1 + std::bit_width(static_cast<unsigned>(kHalfDegree)) + kDoubleAngles + 2);
static_assert(kShift == kPeriods - 0.25 && kRange >= kLargestOverflow + 1.0 / 8 + kShift);

/// Baby steps of each linear transform (LinearTransform).
constexpr std::uint32_t kBabySteps = 8;

/// The stage of the decoding transform on blocks of `length` slots, or its inverse, as diagonals of period `length`.
Diagonals stage(const ckks::Encoder& encoder, std::uint32_t slots, std::uint32_t length, bool inverse) {
  const std::uint32_t half = length / 2, m = 4 * slots, quad = 4 * length;
  std::vector<Complex> middle(length), up(length), down(length);
  for (std::uint32_t j = 0; j < half; ++j) {
    const Complex w = encoder.root(encoder.rotation(j) % quad * (m / quad));
    // (u, v) -> (u + w v, u - w v); inverse (a, b) -> ((a + b) / 2, (a - b) conj(w) / 2).
    middle[j] = inverse ? 0.5 : 1.0;
    middle[j + half] = inverse ? -0.5 * std::conj(w) : -w;
    up[j] = inverse ? 0.5 : w;
    down[j + half] = inverse ? 0.5 * std::conj(w) : 1.0;
  }
  Diagonals out;
  auto put = [&](std::uint32_t d, const std::vector<Complex>& values) {
    auto& at = out[d % slots];
    at.resize(length);
    for (std::uint32_t i = 0; i < length; ++i) at[i] += values[i];
  };
  put(0, middle);
  put(half, up);
  put(slots - half, down);
  return out;
}

/// The matrix product first * second, in which second is applied first. It has the period of the longer one.
Diagonals product(const Diagonals& first, const Diagonals& second, std::uint32_t slots) {
  Diagonals out;
  for (const auto& [d1, v1] : first) {
    for (const auto& [d2, v2] : second) {
      auto& at = out[(d1 + d2) % slots];
      const std::size_t period = std::max(v1.size(), v2.size());
      at.resize(period);
      for (std::size_t i = 0; i < period; ++i) at[i] += v1[i % v1.size()] * v2[(i + d1) % v2.size()];
    }
  }
  return out;
}

/// The factors of the transform, in the order in which they are applied.
std::vector<Diagonals> factors(const ckks::Context& context, bool inverse, double scaling) {
  const std::uint32_t slots = context.parameters().slot_count();
  std::vector<Diagonals> out;
  std::uint32_t length = 2;
  for (int radix : context.parameters().literal().stc_radix) {
    Diagonals factor;
    for (int i = 0; i < radix; ++i, length *= 2) {
      const Diagonals next = stage(context.encoder(), slots, length, inverse);
      factor = i == 0 ? next : inverse ? product(factor, next, slots) : product(next, factor, slots);
    }
    for (auto& [d, values] : factor) {
      for (Complex& v : values) v *= scaling;
    }
    out.push_back(std::move(factor));
  }
  if (inverse) std::reverse(out.begin(), out.end());
  return out;
}

/// Half the length of the first stage of each factor. The diagonals of the factor are multiples of it.
std::vector<std::uint32_t> strides(const ckks::Parameters& parameters) {
  std::vector<std::uint32_t> out;
  std::uint32_t stride = 1;
  for (int radix : parameters.literal().stc_radix) {
    out.push_back(stride);
    stride <<= radix;
  }
  return out;
}

/// The diagonals of one factor: sums of 0, +h and -h for the half lengths h of its stages.
std::set<std::uint32_t> diagonal_indices(std::uint32_t stride, int radix, std::uint32_t slots) {
  std::set<std::uint32_t> out{0};
  for (int i = 0; i < radix; ++i) {
    const std::uint32_t half = stride << i;
    std::set<std::uint32_t> next;
    for (std::uint32_t d : out) next.insert({d, (d + half) % slots, (d + slots - half) % slots});
    out = std::move(next);
  }
  return out;
}

}  // namespace

std::map<std::uint32_t, int> rotation_levels(const ckks::Parameters& p) {
  std::map<std::uint32_t, int> out;
  const std::uint32_t slots = p.slot_count();
  const auto stride = strides(p);
  const int factors = static_cast<int>(stride.size());
  for (int i = 0; i < factors; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::uint32_t block = stride[at] * kBabySteps;
    // SlotsToCoeffs applies the factors from the first to the last, CoeffsToSlots from the last to the first.
    const int level = std::max(p.bootstrap_input_level() - i, p.cts_level() - (factors - 1 - i));
    for (std::uint32_t d : diagonal_indices(stride[at], p.literal().stc_radix[at], slots)) {
      for (std::uint32_t steps : {d % block, d - d % block}) {
        if (steps == 0) continue;
        int& highest = out.try_emplace(steps, level).first->second;
        highest = std::max(highest, level);
      }
    }
  }
  return out;
}

std::uint64_t key_bytes(const ckks::Parameters& p) {
  using ckks::KeyKind;
  std::uint64_t sum = ckks::key_file_bytes(p, KeyKind::relinearization, p.eval_mod_level()) +
                      ckks::key_file_bytes(p, KeyKind::galois, p.eval_mod_level() + 1) +
                      ckks::key_file_bytes(p, KeyKind::to_sparse, 0) +
                      ckks::key_file_bytes(p, KeyKind::from_sparse, p.top_level());
  for (const auto& [steps, level] : rotation_levels(p)) sum += ckks::key_file_bytes(p, KeyKind::galois, level);
  return sum;
}

Bootstrapper::Bootstrapper(const ckks::Context& context) : context_(context) {
  const ckks::Parameters& p = context.parameters();
  const int input = p.bootstrap_input_level();
  message_scale_ = p.scale(input) * kMessageGain;
  auto stride = strides(p);
  const auto stc = factors(context, false, std::pow(kMessageGain, 1.0 / static_cast<double>(stride.size())));
  for (std::size_t i = 0; i < stc.size(); ++i) {
    stc_.push_back(std::make_unique<circuits::LinearTransform>(context, stc[i], stride[i], kBabySteps,
                                                               input - static_cast<int>(i)));
  }
  // From coefficients c to x = c / (2 kRange q0) at the scale of the EvalMod level. z + conj(z) doubles x.
  const double total = p.scale(p.eval_mod_level()) / (2 * kRange * static_cast<double>(p.q()[0]));
  const auto cts = factors(context, true, std::pow(total, 1.0 / static_cast<double>(stc.size())));
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

Ciphertext Bootstrapper::raise(const Evaluator& evaluator, const Ciphertext& a) const {
  device::Device& device = context_.device();
  const ckks::EvaluationKeys& keys = evaluator.keys();
  const std::size_t n = context_.n();
  const std::uint16_t q0 = 0, two[2] = {0, static_cast<std::uint16_t>(context_.p_index(0))};

  // Switch to the sparse secret, modulo q0 and one special prime.
  ckks::RnsPoly coefficients = context_.copy(a.parts[1], 1);
  device.intt({coefficients.data(), &q0, 1});
  ckks::RnsPoly digit = context_.allocate({2, false});
  device.mod_up(digit.data(), coefficients.data(), context_.conversion({two[0]}, {two[0], two[1]}));
  std::array<ckks::RnsPoly, 2> switched{context_.allocate({2, false}), context_.allocate({2, false})};
  const Word* const digits[1] = {digit.data()};
  const device::Device::KeyDigit key{keys.to_sparse_b.data(), keys.to_sparse_a.data()};
  const std::uint32_t limb[2] = {0, 1};
  device.key_product({switched[0].data(), two, 2}, switched[1].data(), digits, &key, 1, limb, false);
  const auto& down = context_.conversion({two[1]}, {two[0]});
  std::vector<device::Device::ModDown> halves;
  for (ckks::RnsPoly& part : switched) halves.push_back({part.data(), part.data(), part.data() + n, nullptr});
  device.mod_down(halves.data(), halves.size(), down);
  device.add({switched[0].data(), &q0, 1}, switched[0].data(), a.parts[0].data());

  // Lift the integers to every prime, then switch back to the dense secret.
  const int top = context_.parameters().top_level();
  Ciphertext raised{{}, top, a.scale};
  for (ckks::RnsPoly& part : switched) {
    device.intt({part.data(), &q0, 1});
    raised.parts.push_back(context_.allocate({top + 1, false}));
    device.lift_centered(context_.view(raised.parts.back()), part.data(), 0);
    device.ntt(context_.view(raised.parts.back()));
  }
  const auto raised_digits = evaluator.decompose(raised.parts[1], top);
  ckks::RnsPoly out0 = context_.allocate({top + 1, true}), out1 = context_.allocate({top + 1, true});
  evaluator.key_product(raised_digits, keys.from_sparse, top, out0, out1, false);
  const ckks::RnsPoly *const sums[] = {&out0, &out1}, *const addends[] = {&raised.parts[0], nullptr};
  return {context_.mod_down(sums, 0, addends), top, a.scale};
}

Ciphertext Bootstrapper::coefficients_to_slots(const Evaluator& evaluator, const Ciphertext& a) const {
  Ciphertext x = evaluator.copy(a);
  for (std::size_t i = 0; i + 1 < cts_.size(); ++i) x = cts_[i]->apply(evaluator, x);
  return cts_.back()->apply_unrescaled(evaluator, x);
}

Ciphertext Bootstrapper::eval_mod(const Evaluator& evaluator, const Ciphertext& unrescaled) const {
  const ckks::Parameters& p = context_.parameters();
  Ciphertext x = evaluator.rescale(unrescaled);
  x.scale = p.scale(x.level);
  // cos(w x) = J0(w) + 2 sum_k (-1)^k J_2k(w) T_2k(x), doubled r times to cos(2 pi (t - 1/4)) = sin(2 pi t).
  const double frequency = 2 * std::numbers::pi * kRange / std::exp2(kDoubleAngles);
  std::vector<double> cosine;
  for (int k = 0; k <= kHalfDegree; ++k) {
    cosine.push_back((k == 0 ? 1 : 2) * (k % 2 == 0 ? 1 : -1) * std::cyl_bessel_j(2.0 * k, frequency));
  }
  x = evaluator.add_constant(x, kShift / kRange);
  Ciphertext s = circuits::evaluate_chebyshev(evaluator, circuits::double_angle(evaluator, x), cosine);
  for (int i = 0; i < kDoubleAngles; ++i) s = circuits::double_angle(evaluator, s);

  // q0 / (2 pi message_scale) * arcsin(s), at the canonical scale of the output level.
  const double ratio = static_cast<double>(p.q()[0]) / (2 * std::numbers::pi * message_scale_);
  // arcsin s = s + s^3/6 + 3 s^5/40, with s^5 replaced by its best cubic on |s| <= S: (20 S^2 s^3 - 5 S^4 s) / 16.
  const double bound = kArcsineBound / ratio;
  const double first = ratio * (1 - 3.0 / 40 * 5 / 16 * std::pow(bound, 4));
  const double third = ratio * (1.0 / 6 + 3.0 / 40 * 20 / 16 * bound * bound);
  const int low = s.level - 1, output = s.level - 2;
  auto q = [&](int level) { return static_cast<double>(p.q()[static_cast<std::size_t>(level)]); };
  const double factor_scale = p.scale(output) * q(low) / p.scale(low);
  Ciphertext cubic = evaluator.rescale(evaluator.mul_constant(s, third, factor_scale * q(s.level) / s.scale));
  cubic.scale = factor_scale;
  Ciphertext sum = evaluator.tensor(cubic, evaluator.mul(s, s));
  Ciphertext linear = evaluator.mul_constant(evaluator.drop_to_level(s, low), first, factor_scale);
  sum.scale = linear.scale;  // factor_scale * scale(low), both
  Ciphertext out = ckks::relinearize_and_rescale(evaluator, evaluator.add(sum, linear));
  out.scale = p.scale(output);
  return out;
}

Ciphertext Bootstrapper::real(const Evaluator& evaluator, const Ciphertext& a) const {
  const Ciphertext z = coefficients_to_slots(evaluator, raise(evaluator, slots_to_coefficients(evaluator, a)));
  return eval_mod(evaluator, evaluator.add(z, evaluator.conjugate(z)));
}

std::array<Ciphertext, 2> Bootstrapper::parts(const Evaluator& evaluator, const Ciphertext& a) const {
  const Ciphertext z = coefficients_to_slots(evaluator, raise(evaluator, slots_to_coefficients(evaluator, a)));
  const Ciphertext conjugate = evaluator.conjugate(z);
  // -i (z - conj z) = i (conj z - z)
  return {eval_mod(evaluator, evaluator.add(z, conjugate)),
          eval_mod(evaluator, evaluator.mul_by_i(evaluator.sub(conjugate, z)))};
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
