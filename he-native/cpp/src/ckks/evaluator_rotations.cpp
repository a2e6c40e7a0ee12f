// Several rotations at once (double hoisting). One decomposition is used for many key products. Sums are computed in
// the extended basis, so that one division by the special primes is enough.
#include <algorithm>
#include <array>

#include "base/error.h"
#include "ckks/key_switching.h"

namespace hetal::ckks {
namespace {

using Pair = std::array<RnsPoly, 2>;

/// Rotated copies that multiply_rotated holds at a time: the number of products that the device sums without a
/// reduction.
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

std::vector<RnsPoly> mod_down(const Context& context, const Pair& a) {
  const RnsPoly* const parts[] = {&a[0], &a[1]};
  return context.mod_down(parts, 0);
}

Pair pair(const Context& context, int level) {
  const Basis basis{level + 1, true};
  return {context.allocate(basis), context.allocate(basis)};
}

/// a under X -> X^galois. `digits` are those of its part 1; `scratch` has the extended basis.
Ciphertext turned(const Evaluator& evaluator, const Ciphertext& a, std::span<const RnsPoly> digits,
                  std::uint32_t galois, Pair& scratch) {
  const Switch one{&evaluator.galois_key(galois, a.level), galois, &scratch[0], &scratch[1], false};
  key_switch(evaluator, digits, a.level, {&a.parts[0], nullptr, true}, {&one, 1});
  return {mod_down(evaluator.context(), scratch), a.level, a.scale};
}

}  // namespace

Ciphertext Evaluator::apply_galois(const Ciphertext& a, std::uint32_t galois) const {
  require_two_parts("rotate", a);
  const SwitchingKey& key = galois_key(galois, a.level);  // throws before any work if the key is missing
  Pair sums = pair(context_, a.level);
  const Switch one{&key, galois, &sums[0], &sums[1], false};
  decompose_and_switch(*this, a.parts[1], a.level, {&a.parts[0], nullptr, true}, {&one, 1});
  return {mod_down(context_, sums), a.level, a.scale};
}

std::vector<Ciphertext> Evaluator::rotate_all(const Ciphertext& a, std::span<const std::uint32_t> steps) const {
  require_two_parts("rotate", a);
  require_steps(context_, steps);
  for (std::uint32_t s : steps) {
    if (s != 0) galois_key(galois_of(s), a.level);
  }
  std::vector<RnsPoly> digits;
  std::vector<Ciphertext> out;
  Pair scratch;
  for (std::uint32_t s : steps) {
    if (s == 0) {
      out.push_back(copy(a));
      continue;
    }
    if (digits.empty()) {
      digits = decompose(a.parts[1], a.level);
      scratch = pair(context_, a.level);
    }
    out.push_back(turned(*this, a, digits, galois_of(s), scratch));
  }
  return out;
}

Ciphertext Evaluator::rotate_sum(const Ciphertext& a, std::span<const std::uint32_t> steps) const {
  const std::vector<const Ciphertext*> same(steps.size(), &a);
  return sum_rotated(same, steps);
}

Ciphertext Evaluator::sum_rotated(std::span<const Ciphertext* const> a, std::span<const std::uint32_t> steps) const {
  require<InvalidArgument>(a.size() == steps.size(), "rotate: expected equal numbers of terms, actual ", a.size(),
                           " and ", steps.size());
  require_steps(context_, steps);
  const Ciphertext& first = *a[0];
  const int level = first.level;
  for (std::size_t i = 0; i < a.size(); ++i) {
    require_two_parts("rotate", *a[i]);
    require_same("rotate", first, *a[i]);
    if (steps[i] != 0) galois_key(galois_of(steps[i]), level);
  }
  Pair total = pair(context_, level);
  bool started = false;
  for (std::size_t i = 0; i < a.size();) {
    // Consecutive terms with the same ciphertext share its decomposition.
    std::vector<Switch> rotations;
    const Ciphertext* const source = a[i];
    for (; i < a.size() && a[i] == source; ++i) {
      if (steps[i] == 0) continue;
      const std::uint32_t galois = galois_of(steps[i]);
      rotations.push_back({&galois_key(galois, level), galois, &total[0], &total[1], started});
      started = true;
    }
    decompose_and_switch(*this, source->parts[1], level, {&source->parts[0], nullptr, true}, rotations);
  }
  Ciphertext out{{}, level, first.scale};
  if (started) out.parts = mod_down(context_, total);
  for (std::size_t part = 0; part < 2; ++part) {
    bool filled = started;
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
    require<InvalidArgument>(factors[o].size() == steps.size(), "multiply: expected ", steps.size(), " factors in row ",
                             o, ", actual ", factors[o].size());
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

  device::Device& device = context_.device();
  // Digits that are used once are not kept.
  const bool once = steps.size() <= kRotatedAtOnce;
  const std::vector<RnsPoly> digits = once ? std::vector<RnsPoly>{} : decompose(a.parts[1], a.level);
  std::vector<Pair> sums;
  for (std::size_t o = 0; o < factors.size(); ++o) sums.push_back(pair(context_, a.level));
  for (std::size_t begin = 0; begin < steps.size(); begin += kRotatedAtOnce) {
    const std::size_t count = std::min(kRotatedAtOnce, steps.size() - begin);
    std::vector<Pair> turned;
    std::vector<Switch> rotations;
    for (std::size_t t = 0; t < count; ++t) turned.push_back(pair(context_, a.level));
    for (std::size_t t = 0; t < count; ++t) {
      const std::uint32_t step = steps[begin + t];
      if (step != 0) {
        const std::uint32_t galois = galois_of(step);
        rotations.push_back({&galois_key(galois, a.level), galois, &turned[t][0], &turned[t][1], false});
        continue;
      }
      // P c in the extended basis is zero modulo the special primes.
      const std::vector<Word> special = special_product(context_, a.level);
      for (std::size_t i = 0; i < 2; ++i) {
        device.zero(turned[t][i].data() + special.size() * context_.n(),
                    static_cast<std::size_t>(context_.special()) * context_.n());
        device.mul_scalar(context_.view(turned[t][i].data(), {a.level + 1, false}), a.parts[i].data(), special.data());
      }
    }
    const SwitchAddend addend{&a.parts[0], nullptr, true};
    if (once) {
      decompose_and_switch(*this, a.parts[1], a.level, addend, rotations);
    } else {
      key_switch(*this, digits, a.level, addend, rotations);
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
  for (const Pair& sum : sums) { out.push_back({mod_down(context_, sum), a.level, a.scale * factor_scale}); }
  return out;
}

}  // namespace hetal::ckks
