#include "ckks/evaluator.h"

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "ckks/key_bundle.h"
#include "ckks/key_switching.h"

namespace hetal::ckks {
namespace {

void require_truncation(const char* what, const Ciphertext& a, int level) {
  require<LevelError>(level >= 0 && level <= a.level, what, ": expected a level of 0 to ", a.level, ", actual ", level);
}

void require_terms(std::span<const Ciphertext* const> a, std::span<const Ciphertext* const> b) {
  require<InvalidArgument>(a.size() == b.size() && !a.empty(),
                           "multiply: expected equal numbers of terms, at least 1; actual ", a.size(), " and ",
                           b.size());
}

}  // namespace

void Evaluator::require_same(const char* what, const Ciphertext& a, const Ciphertext& b) const {
  require<LevelError>(a.level == b.level, what, ": unequal levels ", a.level, " and ", b.level);
  require<ScaleError>(a.scale == b.scale, what, ": unequal scales 2^", std::log2(a.scale), " and 2^",
                      std::log2(b.scale));
}

const RnsPoly& Evaluator::monomial(std::once_flag& once, RnsPoly& poly, std::size_t exponent) const {
  std::call_once(once, [&] {
    std::vector<std::int64_t> coefficients(context_.n(), 0);
    coefficients[exponent] = 1;
    poly = context_.from_coefficients(coefficients, {context_.parameters().top_level() + 1, false});
  });
  return poly;
}

Plaintext Evaluator::encode(const std::vector<std::complex<double>>& slots, int level, double scale) const {
  return ckks::encode(context_, slots, level, scale);
}

Ciphertext Evaluator::copy(const Ciphertext& a) const { return truncate(a, a.level); }

Ciphertext Evaluator::truncate(const Ciphertext& a, int level) const {
  require_truncation("truncate", a, level);
  Ciphertext out{{}, level, a.scale};
  for (const RnsPoly& part : a.parts) out.parts.push_back(context_.copy(part, level + 1));
  return out;
}

Ciphertext Evaluator::add(const Ciphertext& a, const Ciphertext& b) const {
  require_same("add", a, b);
  if (a.parts.size() < b.parts.size()) return add(b, a);
  Ciphertext out{{}, a.level, a.scale};
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    if (i >= b.parts.size()) {
      out.parts.push_back(context_.copy(a.parts[i]));
      continue;
    }
    out.parts.push_back(context_.allocate(a.parts[i].basis()));
    context_.device().add(context_.view(out.parts[i]), a.parts[i].data(), b.parts[i].data());
  }
  return out;
}

Ciphertext Evaluator::sub(const Ciphertext& a, const Ciphertext& b) const {
  require_same("sub", a, b);
  if (a.parts.size() != b.parts.size()) return add(a, negate(b));
  Ciphertext out{{}, a.level, a.scale};
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    out.parts.push_back(context_.allocate(a.parts[i].basis()));
    context_.device().sub(context_.view(out.parts[i]), a.parts[i].data(), b.parts[i].data());
  }
  return out;
}

Ciphertext Evaluator::negate(const Ciphertext& a) const {
  Ciphertext out{{}, a.level, a.scale};
  for (const RnsPoly& part : a.parts) {
    out.parts.push_back(context_.allocate(part.basis()));
    context_.device().negate(context_.view(out.parts.back()), part.data());
  }
  return out;
}

Ciphertext Evaluator::with_plain(const char* what, const Ciphertext& a, const Plaintext& b, bool subtract) const {
  require<LevelError>(a.level == b.level, what, ": ciphertext level ", a.level, ", plaintext level ", b.level);
  require<ScaleError>(a.scale == b.scale, what, ": ciphertext scale 2^", std::log2(a.scale), ", plaintext scale 2^",
                      std::log2(b.scale));
  Ciphertext out = copy(a);
  Word* const c0 = out.parts[0].data();
  const device::Limbs shape = context_.view(out.parts[0]);
  if (subtract) context_.device().negate(shape, c0);
  const Word* const ones = one().data();
  const device::PlainLimbs plain = b.view();
  context_.device().plain_matrix(shape, &c0, 1, &ones, 1, &plain, true);
  if (subtract) context_.device().negate(shape, c0);
  return out;
}

Ciphertext Evaluator::add_plain(const Ciphertext& a, const Plaintext& b) const {
  return with_plain("add", a, b, false);
}

Ciphertext Evaluator::sub_plain(const Ciphertext& a, const Plaintext& b) const { return with_plain("sub", a, b, true); }

Ciphertext Evaluator::add_constant(Ciphertext&& a, double constant) const {
  Ciphertext out = std::move(a);
  // A constant c is c times the polynomial 1, which is 1 at every evaluation point.
  const auto scalars = context_.residues(constant, out.scale, {out.level + 1, false});
  context_.device().mul_scalar_add(context_.view(out.parts[0]), one().data(), scalars.data());
  return out;
}

Ciphertext Evaluator::scaled(const Ciphertext& a, int level, double scale, std::span<const Word> scalars) const {
  Ciphertext out{{}, level, scale};
  for (const RnsPoly& part : a.parts) {
    out.parts.push_back(context_.allocate({level + 1, false}));
    context_.device().mul_scalar(context_.view(out.parts.back()), part.data(), scalars.data());
  }
  return out;
}

Ciphertext Evaluator::mul_constant(const Ciphertext& a, double value, double constant_scale) const {
  return mul_constant(a, value, constant_scale, a.level);
}

Ciphertext Evaluator::mul_constant(const Ciphertext& a, double value, double constant_scale, int level) const {
  require_truncation("multiply", a, level);
  return scaled(a, level, a.scale * constant_scale, context_.residues(value, constant_scale, {level + 1, false}));
}

void Evaluator::add_multiple(Ciphertext& sum, const Ciphertext& a, double value) const {
  require_truncation("add", a, sum.level);
  require<InvalidArgument>(a.parts.size() <= sum.parts.size(), "add: expected at most ", sum.parts.size(),
                           " parts, actual ", a.parts.size());
  const auto scalars = context_.residues(value, sum.scale / a.scale, {sum.level + 1, false});
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    context_.device().mul_scalar_add(context_.view(sum.parts[i]), a.parts[i].data(), scalars.data());
  }
}

Ciphertext Evaluator::mul_integer(const Ciphertext& a, std::int64_t factor) const {
  return scaled(a, a.level, a.scale, context_.residues(factor, {a.level + 1, false}));
}

Ciphertext Evaluator::mul_by_i(const Ciphertext& a) const {
  Ciphertext out{{}, a.level, a.scale};
  for (const RnsPoly& part : a.parts) {
    out.parts.push_back(context_.allocate({a.level + 1, false}));
    context_.device().mul(context_.view(out.parts.back()), part.data(), imaginary_unit().data());
  }
  return out;
}

Ciphertext Evaluator::mul_plain(const Ciphertext& a, const Plaintext& b) const {
  const Ciphertext* const ciphertexts[] = {&a};
  const Plaintext* const plaintexts[] = {&b};
  return mul_plain_sum(ciphertexts, plaintexts);
}

Ciphertext Evaluator::mul_plain_sum(std::span<const Ciphertext* const> a, std::span<const Plaintext* const> b) const {
  require<InvalidArgument>(a.size() == b.size() && !a.empty(),
                           "multiply: expected equal numbers of terms, at least 1; actual ", a.size(), " and ",
                           b.size());
  const Ciphertext& first = *a[0];
  const double scale = first.scale * b[0]->scale;
  std::size_t parts = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    require<LevelError>(a[i]->level == first.level && b[i]->level == first.level, "multiply: expected level ",
                        first.level, " throughout; actual ciphertext level ", a[i]->level, ", plaintext level ",
                        b[i]->level);
    require<ScaleError>(a[i]->scale * b[i]->scale == scale, "multiply: unequal scales in term ", i);
    parts = std::max(parts, a[i]->parts.size());
  }
  Ciphertext out{{}, first.level, scale};
  for (std::size_t part = 0; part < parts; ++part) {
    out.parts.push_back(context_.allocate({first.level + 1, false}));
    std::vector<const Word*> src;
    std::vector<device::PlainLimbs> plain;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i]->parts.size() <= part) continue;
      src.push_back(a[i]->parts[part].data());
      plain.push_back(b[i]->view());
    }
    Word* const dst = out.parts.back().data();
    context_.device().plain_matrix(context_.view(out.parts.back()), &dst, 1, src.data(), src.size(), plain.data(),
                                   false);
  }
  return out;
}

Ciphertext Evaluator::tensor(const Ciphertext& a, const Ciphertext& b) const {
  const Ciphertext* const left[] = {&a};
  const Ciphertext* const right[] = {&b};
  return tensor_sum(left, right);
}

Ciphertext Evaluator::tensor_sum(std::span<const Ciphertext* const> a, std::span<const Ciphertext* const> b) const {
  require_terms(a, b);
  const int level = a[0]->level;
  const double scale = a[0]->scale * b[0]->scale;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto &x = *a[i], &y = *b[i];
    require<LevelError>(x.level == level && y.level == level, "multiply: unequal levels ", x.level, " and ", y.level);
    require<ScaleError>(x.scale * y.scale == scale, "multiply: unequal scales in term ", i);
  }
  return tensor_sum(a, b, level, scale);
}

Ciphertext Evaluator::tensor_sum(std::span<const Ciphertext* const> a, std::span<const Ciphertext* const> b, int level,
                                 double scale) const {
  require_terms(a, b);
  std::vector<device::Device::TensorTerm> terms;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto &x = *a[i], &y = *b[i];
    require_truncation("multiply", x, level);
    require_truncation("multiply", y, level);
    require<ScaleError>(std::abs(x.scale * y.scale / scale - 1) < 0x1p-45, "multiply: expected scale 2^",
                        std::log2(scale), ", actual 2^", std::log2(x.scale * y.scale), " in term ", i);
    require<InvalidArgument>(x.parts.size() == 2 && y.parts.size() == 2, "multiply: expected two parts each, actual ",
                             x.parts.size(), " and ", y.parts.size());
    terms.push_back({x.parts[0].data(), x.parts[1].data(), y.parts[0].data(), y.parts[1].data()});
  }
  Ciphertext out{{}, level, scale};
  for (int i = 0; i < 3; ++i) out.parts.push_back(context_.allocate({level + 1, false}));
  context_.device().tensor(context_.view(out.parts[0]), out.parts[1].data(), out.parts[2].data(), terms.data(),
                           terms.size());
  return out;
}

std::vector<RnsPoly> Evaluator::decompose(const RnsPoly& a, int level) const {
  const auto conversions = context_.digit_conversions(level);
  std::vector<RnsPoly> digits;
  std::vector<Word*> data;
  for (std::size_t d = 0; d < conversions.size(); ++d) {
    digits.push_back(context_.allocate({level + 1, true}));
    data.push_back(digits.back().data());
  }
  context_.device().decompose(data.data(), a.data(), conversions.data(), conversions.size());
  return digits;
}

Ciphertext Evaluator::relinearize(const Ciphertext& a) const {
  if (a.parts.size() == 2) return copy(a);
  RnsPoly out0 = context_.allocate({a.level + 1, true}), out1 = context_.allocate({a.level + 1, true});
  const Switch one{&keys_.relinearization, 1, &out0, &out1, false};
  decompose_and_switch(*this, a.parts[2], a.level, {}, {&one, 1});
  const RnsPoly *const sums[] = {&out0, &out1}, *const addends[] = {&a.parts[0], &a.parts[1]};
  return {context_.mod_down(sums, 0, addends), a.level, a.scale};
}

Ciphertext Evaluator::rescale(const Ciphertext& a) const {
  require<LevelError>(a.level >= 1, "rescale: expected a level of at least 1, actual ", a.level);
  std::vector<const RnsPoly*> parts;
  for (const RnsPoly& part : a.parts) parts.push_back(&part);
  return {context_.mod_down(parts, 1), a.level - 1,
          a.scale / static_cast<double>(context_.parameters().q()[static_cast<std::size_t>(a.level)])};
}

Ciphertext Evaluator::mul(const Ciphertext& a, const Ciphertext& b) const {
  return relinearize_and_rescale(*this, tensor(a, b));
}

Ciphertext Evaluator::drop_to_level(const Ciphertext& a, int level) const {
  if (level == a.level) return copy(a);
  require<LevelError>(level >= 0 && level < a.level, "drop: expected a level of 0 to ", a.level, ", actual ", level);
  const Parameters& p = context_.parameters();
  const double q = static_cast<double>(p.q()[static_cast<std::size_t>(level) + 1]);
  const double factor = std::rint(p.scale(level) * q / a.scale);
  Ciphertext out = rescale(scaled(a, level + 1, a.scale * factor, context_.residues(1.0, factor, {level + 2, false})));
  // The integer factor equals the exact ratio within 2^-41, so the canonical scale is right within 2^-41.
  out.scale = p.scale(level);
  return out;
}

const SwitchingKey& Evaluator::galois_key(std::uint32_t galois, int level) const {
  const SwitchingKey* const key = keys_.find_galois(galois);
  if (key != nullptr && key->level >= level) return *key;
  std::string what = "conjugation";
  for (std::uint32_t steps = 0; steps < context_.n() / 2; ++steps) {
    if (galois_of(steps) == galois) what = message("the rotation by ", steps);
  }
  missing_key(what, level, key == nullptr ? -1 : key->level);
}

Ciphertext Evaluator::rotate(const Ciphertext& a, std::uint32_t steps) const {
  require<InvalidArgument>(steps < context_.n() / 2, "rotate: expected 0 to ", context_.n() / 2 - 1, ", actual ",
                           steps);
  return steps == 0 ? copy(a) : apply_galois(a, galois_of(steps));
}

Ciphertext Evaluator::conjugate(const Ciphertext& a) const {
  return apply_galois(a, static_cast<std::uint32_t>(2 * context_.n() - 1));
}

}  // namespace hetal::ckks
