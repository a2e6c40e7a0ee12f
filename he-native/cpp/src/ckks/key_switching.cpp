#include "ckks/key_switching.h"

#include <numeric>

#include "base/error.h"

namespace hetal::ckks {

std::vector<Word> special_product(const Context& context, int level) {
  std::vector<Word> out(static_cast<std::size_t>(level) + 1, 1);
  for (int i = 0; i <= level; ++i) {
    Word& product = out[static_cast<std::size_t>(i)];
    for (Word p : context.parameters().p()) product = context.modulus(i).mul(product, p % context.modulus(i).value());
  }
  return out;
}

namespace {

/// The arguments of the device's operations, which point into this object.
struct DeviceArguments {
  std::vector<std::vector<device::Device::KeyDigit>> keys;
  std::vector<std::vector<std::uint32_t>> limbs;
  std::vector<device::Device::SwitchTerm> terms;
  std::vector<Word> scalars;
  device::Device::Addend addend;

  DeviceArguments(const Context& context, std::size_t digits, int level, const SwitchAddend& parts,
                  std::span<const Switch> switches)
      : keys(switches.size()), limbs(switches.size()), scalars(special_product(context, level)) {
    for (std::size_t s = 0; s < switches.size(); ++s) {
      const SwitchingKey& key = *switches[s].key;
      require<MissingKey>(key.level >= level, "key switch at level ", level, ": the key ends at level ", key.level);
      for (std::size_t j = 0; j < digits; ++j) keys[s].push_back({key.b[j].data(), key.a[j].data()});
      limbs[s].resize(static_cast<std::size_t>(level) + 1);
      std::iota(limbs[s].begin(), limbs[s].end(), 0u);
      for (int i = 0; i < context.special(); ++i) limbs[s].push_back(static_cast<std::uint32_t>(key.level + 1 + i));
      terms.push_back({keys[s].data(), limbs[s].data(), switches[s].galois, switches[s].out0->data(),
                       switches[s].out1->data(), switches[s].accumulate});
    }
    const auto chain = static_cast<std::uint32_t>(level) + 1;
    addend = {parts.part0 == nullptr ? nullptr : parts.part0->data(),
              parts.part1 == nullptr ? nullptr : parts.part1->data(), parts.times_special ? scalars.data() : nullptr,
              parts.times_special ? chain : chain + static_cast<std::uint32_t>(context.special())};
  }
  DeviceArguments(const DeviceArguments&) = delete;
  DeviceArguments& operator=(const DeviceArguments&) = delete;
};

}  // namespace

void key_switch(const Evaluator& evaluator, std::span<const RnsPoly> digits, int level, const SwitchAddend& addend,
                std::span<const Switch> switches) {
  const Context& context = evaluator.context();
  std::vector<const Word*> d;
  for (const RnsPoly& digit : digits) d.push_back(digit.data());
  const DeviceArguments arguments(context, digits.size(), level, addend, switches);
  context.device().key_switch(context.view(nullptr, {level + 1, true}), d.data(), d.size(), arguments.addend,
                              arguments.terms.data(), arguments.terms.size());
}

void decompose_and_switch(const Evaluator& evaluator, const RnsPoly& a, int level, const SwitchAddend& addend,
                          std::span<const Switch> switches) {
  if (switches.empty()) return;
  const Context& context = evaluator.context();
  const auto conversions = context.digit_conversions(level);
  const DeviceArguments arguments(context, conversions.size(), level, addend, switches);
  context.device().decompose_and_switch(a.data(), conversions.data(), conversions.size(), arguments.addend,
                                        arguments.terms.data(), arguments.terms.size());
}

Ciphertext relinearize_and_rescale(const Evaluator& evaluator, const Ciphertext& a) {
  if (a.parts.size() == 2) return evaluator.rescale(a);
  require<LevelError>(a.level >= 1, "rescale: expected a level of at least 1, actual ", a.level);
  const Context& context = evaluator.context();
  const Basis basis{a.level + 1, true};
  RnsPoly out0 = context.allocate(basis), out1 = context.allocate(basis);
  const Switch one{&evaluator.keys().relinearization, 1, &out0, &out1, false};
  decompose_and_switch(evaluator, a.parts[2], a.level, {&a.parts[0], &a.parts[1], true}, {&one, 1});
  const RnsPoly* const sums[] = {&out0, &out1};
  return {context.mod_down(sums, 1), a.level - 1,
          a.scale / static_cast<double>(context.parameters().q()[static_cast<std::size_t>(a.level)])};
}

}  // namespace hetal::ckks
