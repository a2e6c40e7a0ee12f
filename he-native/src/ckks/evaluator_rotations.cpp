// Several rotations at once: the digits of one polynomial serve many key products, and sums are taken in the extended
// basis so that one division by the special primes serves them all (double hoisting).
#include <algorithm>
#include <array>

#include "base/error.h"
#include "ckks/evaluator.h"

namespace hetal::ckks {
namespace {

using Pair = std::array<RnsPoly, 2>;

/// Rotated copies held at a time by multiply_rotated: as many products as the device sums without a reduction.
constexpr std::size_t kRotatedAtOnce = 16;

void require_steps(const Context& context, std::span<const std::uint32_t> steps) {
  require<InvalidArgument>(!steps.empty(), "rotate: expected one step or more, actual 0");
  for (std::uint32_t s : steps) {
    require<InvalidArgument>(s < context.n() / 2, "rotate: expected 0 to ", context.n() / 2 - 1, ", actual ", s);
  }
}

void require_two_parts(const char* what, const Ciphertext& a) {
  require<InvalidArgument>(a.parts.size() == 2, what, ": expected two parts, actual ", a.parts.size());
}

}  // namespace

RnsPoly Evaluator::times_special(const RnsPoly& a, int level) const {
  const Basis basis{level + 1, false};
  std::vector<Word> product = context_.residues(std::int64_t{1}, basis);
  for (int i = 0; i <= level; ++i) {
    for (Word p : context_.parameters().p()) {
      Word& at = product[static_cast<std::size_t>(i)];
      at = context_.modulus(i).mul(at, p % context_.modulus(i).value());
    }
  }
  RnsPoly out = context_.allocate(basis);
  context_.device().mul_scalar(context_.view(out), a.data(), product.data());
  return out;
}

void Evaluator::add_rotation(std::span<const RnsPoly> digits, const RnsPoly& raised0, std::uint32_t steps, int level,
                             RnsPoly& out0, RnsPoly& out1, bool accumulate) const {
  device::Device& device = context_.device();
  const Basis basis{level + 1, true};
  const std::uint32_t galois = galois_of(steps);
  Pair product{context_.allocate(basis), context_.allocate(basis)};
  key_product(digits, galois_key(galois, level), level, product[0], product[1], false);
  // Modulo the special primes P c0 is zero.
  device.add(context_.view(product[0].data(), raised0.basis()), product[0].data(), raised0.data());
  RnsPoly* const out[2] = {&out0, &out1};
  for (std::size_t i = 0; i < 2; ++i) {
    if (!accumulate) {
      device.automorphism(context_.view(*out[i]), product[i].data(), galois);
      continue;
    }
    const RnsPoly turned = context_.allocate(basis);
    device.automorphism(context_.view(turned), product[i].data(), galois);
    device.add(context_.view(*out[i]), out[i]->data(), turned.data());
  }
}

std::vector<Ciphertext> Evaluator::rotate_all(const Ciphertext& a, std::span<const std::uint32_t> steps) const {
  require_two_parts("rotate", a);
  require_steps(context_, steps);
  for (std::uint32_t s : steps) {
    if (s != 0) galois_key(galois_of(s), a.level);
  }
  device::Device& device = context_.device();
  std::vector<RnsPoly> digits;
  std::vector<Ciphertext> out;
  for (std::uint32_t s : steps) {
    if (s == 0) {
      out.push_back(copy(a));
      continue;
    }
    if (digits.empty()) digits = decompose(a.parts[1], a.level);
    const std::uint32_t galois = galois_of(s);
    Pair product{context_.allocate({a.level + 1, true}), context_.allocate({a.level + 1, true})};
    key_product(digits, galois_key(galois, a.level), a.level, product[0], product[1], false);
    Pair down{context_.mod_down(product[0], 0), context_.mod_down(product[1], 0)};
    device.add(context_.view(down[0]), down[0].data(), a.parts[0].data());
    out.push_back({{}, a.level, a.scale});
    for (const RnsPoly& part : down) {
      out.back().parts.push_back(context_.allocate({a.level + 1, false}));
      device.automorphism(context_.view(out.back().parts.back()), part.data(), galois);
    }
  }
  return out;
}

Ciphertext Evaluator::rotate_sum(const Ciphertext& a, std::span<const std::uint32_t> steps) const {
  const std::vector<const Ciphertext*> same(steps.size(), &a);
  return sum_rotated(same, steps);
}

Ciphertext Evaluator::sum_rotated(std::span<const Ciphertext* const> a, std::span<const std::uint32_t> steps) const {
  require<InvalidArgument>(a.size() == steps.size(), "rotate: expected equal numbers of terms, actual ", a.size(), " and ",
                           steps.size());
  require_steps(context_, steps);
  const Ciphertext& first = *a[0];
  const int level = first.level;
  for (std::size_t i = 0; i < a.size(); ++i) {
    require_two_parts("rotate", *a[i]);
    require_same("rotate", first, *a[i]);
    if (steps[i] != 0) galois_key(galois_of(steps[i]), level);
  }
  const Basis basis{level + 1, true};
  Pair total{context_.allocate(basis), context_.allocate(basis)};
  std::vector<RnsPoly> digits;
  RnsPoly raised0;
  const Ciphertext* decomposed = nullptr;
  bool started = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (steps[i] == 0) continue;
    if (decomposed != a[i]) {
      digits = decompose(a[i]->parts[1], level);
      raised0 = times_special(a[i]->parts[0], level);
      decomposed = a[i];
    }
    add_rotation(digits, raised0, steps[i], level, total[0], total[1], started);
    started = true;
  }
  Ciphertext out{{}, level, first.scale};
  for (std::size_t part = 0; part < 2; ++part) {
    bool filled = started;
    if (started) out.parts.push_back(context_.mod_down(total[part], 0));
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (steps[i] != 0) continue;
      if (filled) {
        RnsPoly& sum = out.parts[part];
        context_.device().add(context_.view(sum), sum.data(), a[i]->parts[part].data());
      } else {
        out.parts.push_back(context_.copy(a[i]->parts[part]));
      }
      filled = true;
    }
  }
  return out;
}

std::vector<Ciphertext> Evaluator::multiply_rotated(const Ciphertext& a, std::span<const std::uint32_t> steps,
                                                    const std::vector<std::vector<const Plaintext*>>& factors) const {
  require_two_parts("multiply", a);
  require_steps(context_, steps);
  require<InvalidArgument>(!factors.empty(), "multiply: expected one row of factors or more, actual 0");
  double factor_scale = 0;
  for (std::size_t o = 0; o < factors.size(); ++o) {
    require<InvalidArgument>(factors[o].size() == steps.size(), "multiply: expected ", steps.size(), " factors in row ", o,
                             ", actual ", factors[o].size());
    bool any = false;
    for (const Plaintext* factor : factors[o]) {
      if (factor == nullptr) continue;
      if (factor_scale == 0) factor_scale = factor->scale;
      require<LevelError>(factor->level == a.level, "multiply: ciphertext level ", a.level, ", plaintext level ",
                          factor->level);
      require<ScaleError>(factor->scale == factor_scale, "multiply: unequal plaintext scales in row ", o);
      any = true;
    }
    require<InvalidArgument>(any, "multiply: row ", o, " has no factor");
  }
  for (std::uint32_t s : steps) {
    if (s != 0) galois_key(galois_of(s), a.level);
  }

  const Basis basis{a.level + 1, true};
  device::Device& device = context_.device();
  const std::vector<RnsPoly> digits = decompose(a.parts[1], a.level);
  const Pair raised{times_special(a.parts[0], a.level), times_special(a.parts[1], a.level)};
  std::vector<Pair> sums;
  for (std::size_t o = 0; o < factors.size(); ++o) sums.push_back({context_.allocate(basis), context_.allocate(basis)});
  for (std::size_t begin = 0; begin < steps.size(); begin += kRotatedAtOnce) {
    const std::size_t count = std::min(kRotatedAtOnce, steps.size() - begin);
    std::vector<Pair> turned;
    for (std::size_t t = begin; t < begin + count; ++t) {
      turned.push_back({context_.zero(basis), context_.zero(basis)});
      if (steps[t] != 0) {
        add_rotation(digits, raised[0], steps[t], a.level, turned.back()[0], turned.back()[1], false);
      } else {
        for (std::size_t i = 0; i < 2; ++i) {
          device.copy(turned.back()[i].data(), raised[i].data(), static_cast<std::size_t>(a.level + 1) * context_.n());
        }
      }
    }
    std::vector<device::PlainLimbs> plain;
    for (const auto& row : factors) {
      for (std::size_t t = begin; t < begin + count; ++t) {
        plain.push_back(row[t] == nullptr ? device::PlainLimbs{nullptr, 0} : row[t]->view());
      }
    }
    for (std::size_t i = 0; i < 2; ++i) {
      std::vector<Word*> dst;
      std::vector<const Word*> src;
      for (Pair& s : sums) dst.push_back(s[i].data());
      for (const Pair& t : turned) src.push_back(t[i].data());
      device.plain_matrix(context_.view(sums[0][i]), dst.data(), dst.size(), src.data(), src.size(), plain.data(),
                          begin > 0);
    }
  }
  std::vector<Ciphertext> out;
  for (const Pair& sum : sums) {
    out.push_back({{}, a.level, a.scale * factor_scale});
    for (const RnsPoly& part : sum) out.back().parts.push_back(context_.mod_down(part, 0));
  }
  return out;
}

}  // namespace hetal::ckks
