#include "ckks/context.h"

#include <cmath>

#include "base/error.h"

namespace hetal::ckks {
std::vector<Modulus> Context::moduli_of(const Parameters& parameters) {
  std::vector<Modulus> out;
  for (Word q : parameters.q()) out.emplace_back(q);
  for (Word p : parameters.p()) out.emplace_back(p);
  return out;
}

Context::Context(Parameters parameters, const device::Choice& device)
    : Context(parameters, device::make_device(parameters.ring_degree(), moduli_of(parameters), device)) {}

Context::Context(Parameters parameters, std::unique_ptr<device::Device> device)
    : parameters_(std::move(parameters)), encoder_(parameters_.ring_degree()), device_(std::move(device)) {
  const int total = parameters_.top_level() + 1;
  for (int i = 0; i < total; ++i) plain_moduli_.push_back(static_cast<std::uint16_t>(i));
  for (int limbs = 0; limbs <= total; ++limbs) {
    std::vector<std::uint16_t> moduli(plain_moduli_.begin(), plain_moduli_.begin() + limbs);
    for (int i = 0; i < special(); ++i) moduli.push_back(static_cast<std::uint16_t>(p_index(i)));
    extended_moduli_.push_back(std::move(moduli));
  }
}

RnsPoly Context::allocate(Basis basis) const {
  return RnsPoly(device_->allocate(static_cast<std::size_t>(limbs(basis)) * n()), basis);
}

RnsPoly Context::zero(Basis basis) const {
  RnsPoly out = allocate(basis);
  device_->zero(out.data(), static_cast<std::size_t>(limbs(basis)) * n());
  return out;
}

RnsPoly Context::copy(const RnsPoly& a) const {
  RnsPoly out = allocate(a.basis());
  device_->copy(out.data(), a.data(), static_cast<std::size_t>(limbs(a.basis())) * n());
  return out;
}

RnsPoly Context::copy(const RnsPoly& a, int q_limbs) const {
  RnsPoly out = allocate({q_limbs, false});
  device_->copy(out.data(), a.data(), static_cast<std::size_t>(q_limbs) * n());
  return out;
}

device::Limbs Context::view(Word* data, Basis basis) const {
  const auto& moduli = basis.extended ? extended_moduli_[static_cast<std::size_t>(basis.q_limbs)] : plain_moduli_;
  return {data, moduli.data(), static_cast<std::uint32_t>(limbs(basis))};
}

std::vector<Word> Context::residues(std::int64_t value, Basis basis) const {
  const device::Limbs shape = view(nullptr, basis);
  std::vector<Word> out(shape.count);
  for (std::uint32_t i = 0; i < shape.count; ++i) out[i] = modulus(shape.moduli[i]).reduce_signed(value);
  return out;
}

std::vector<Word> Context::residues(double value, double scale, Basis basis) const {
  // A double is an integer times a power of two, so 128 bits hold the rounded product exactly.
  const double product = std::rint(value * scale);
  require<InvalidArgument>(std::isfinite(product) && std::abs(product) < 0x1p120, "constant ", value, " at scale ",
                           scale, " does not fit 120 bits");
  const bool negative = product < 0;
  const auto magnitude = static_cast<unsigned __int128>(std::abs(product));
  const device::Limbs shape = view(nullptr, basis);
  std::vector<Word> out(shape.count);
  for (std::uint32_t i = 0; i < shape.count; ++i) {
    const Modulus& q = modulus(shape.moduli[i]);
    const Word r = q.reduce(magnitude);
    out[i] = negative ? q.negate(r) : r;
  }
  return out;
}

const device::BaseConversion& Context::conversion(std::vector<std::uint16_t> source,
                                                  std::vector<std::uint16_t> target) const {
  std::lock_guard lock(mutex_);
  auto& slot = conversions_[{source, target}];
  if (!slot) slot = device_->conversion(std::move(source), std::move(target));
  return *slot;
}

std::vector<const device::BaseConversion*> Context::digit_conversions(int level) const {
  std::vector<const device::BaseConversion*> out;
  for (int d = 0; d < parameters_.digit_count(level); ++d) {
    const int begin = parameters_.digit_begin(d), end = std::min(parameters_.digit_begin(d + 1), level + 1);
    out.push_back(&conversion({plain_moduli_.begin() + begin, plain_moduli_.begin() + end},
                              extended_moduli_[static_cast<std::size_t>(level + 1)]));
  }
  return out;
}

const device::BaseConversion& Context::mod_down_conversion(int q_limbs, int rescaled, bool special) const {
  const auto& all = special ? extended_moduli_[static_cast<std::size_t>(q_limbs)] : plain_moduli_;
  const int keep = q_limbs - rescaled, end = q_limbs + (special ? this->special() : 0);
  return conversion({all.begin() + keep, all.begin() + end}, {all.begin(), all.begin() + keep});
}

void Context::require_fits(const std::vector<std::int64_t>& coefficients, int level) const {
  if (level > 0) return;  // two primes exceed the 62 bits that encoding allows
  const auto half = static_cast<std::int64_t>(modulus(0).value() / 2);
  for (std::int64_t c : coefficients) {
    require<InvalidArgument>(-half < c && c < half, "encode: a coefficient of ", c, " exceeds half the modulus ", half,
                             " of level 0; values too large");
  }
}

RnsPoly Context::from_coefficients(std::span<const std::int64_t> coefficients, Basis basis) const {
  RnsPoly out = allocate(basis);
  device_->from_signed(view(out), coefficients.data());
  device_->ntt(view(out));
  return out;
}

std::vector<RnsPoly> Context::mod_down(std::span<const RnsPoly* const> a, int rescaled,
                                       std::span<const RnsPoly* const> addends) const {
  const Basis from = a[0]->basis();
  const int keep = from.q_limbs - rescaled;
  std::vector<RnsPoly> out;
  std::vector<device::Device::ModDown> terms;
  for (std::size_t i = 0; i < a.size(); ++i) {
    require<InvalidArgument>(a[i]->basis() == from, "mod down: expected polynomials of one basis");
    out.push_back(allocate({keep, false}));
    const Word* const addend = addends.empty() || addends[i] == nullptr ? nullptr : addends[i]->data();
    terms.push_back({out.back().data(), a[i]->data(), a[i]->data() + static_cast<std::size_t>(keep) * n(), addend});
  }
  device_->mod_down(terms.data(), terms.size(), mod_down_conversion(from.q_limbs, rescaled, from.extended));
  return out;
}

RnsPoly Context::mod_down(const RnsPoly& a, int rescaled) const {
  const RnsPoly* const one[] = {&a};
  return std::move(mod_down(one, rescaled)[0]);
}

}  // namespace hetal::ckks
