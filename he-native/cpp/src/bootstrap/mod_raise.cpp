#include "bootstrap/mod_raise.h"

#include <array>
#include <numeric>

#include "ckks/key_switching.h"

namespace hetal::bootstrap {

ckks::Ciphertext raise_modulus(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) {
  const ckks::Context& context = evaluator.context();
  device::Device& device = context.device();
  const ckks::EvaluationKeys& keys = evaluator.keys();
  const std::size_t n = context.n();
  const std::uint16_t q0 = 0, two[2] = {0, static_cast<std::uint16_t>(context.p_index(0))};

  // Switch to the sparse secret, modulo q0 and one special prime.
  ckks::RnsPoly coefficients = context.copy(a.parts[1], 1);
  device.intt({coefficients.data(), &q0, 1});
  ckks::RnsPoly digit = context.allocate({2, false});
  device.mod_up(digit.data(), coefficients.data(), context.conversion({two[0]}, {two[0], two[1]}));
  std::array<ckks::RnsPoly, 2> switched{context.allocate({2, false}), context.allocate({2, false})};
  const Word* const digits[1] = {digit.data()};
  const device::Device::KeyDigit key{keys.to_sparse_b.data(), keys.to_sparse_a.data()};
  const std::uint32_t limb[2] = {0, 1};
  device.key_product({switched[0].data(), two, 2}, switched[1].data(), digits, &key, 1, limb, false);
  const auto& down = context.conversion({two[1]}, {two[0]});
  std::vector<device::Device::ModDown> halves;
  for (ckks::RnsPoly& part : switched) halves.push_back({part.data(), part.data(), part.data() + n, nullptr});
  device.mod_down(halves.data(), halves.size(), down);
  device.add({switched[0].data(), &q0, 1}, switched[0].data(), a.parts[0].data());

  // Lift the integers to every prime, then switch back to the dense secret. An integer below q0 / 2 is its own digit
  // modulo each group of primes, so that the lifted part is every digit of its decomposition.
  const int top = context.parameters().top_level();
  std::array<ckks::RnsPoly, 2> raised{context.allocate({top + 1, false}), context.allocate({top + 1, true})};
  for (std::size_t i = 0; i < 2; ++i) {
    device.intt({switched[i].data(), &q0, 1});
    device.lift_centered(context.view(raised[i]), switched[i].data(), 0);
    device.ntt(context.view(raised[i]));
  }
  const std::vector<const Word*> raised_digits(keys.from_sparse.b.size(), raised[1].data());
  std::vector<device::Device::KeyDigit> from_sparse;
  for (std::size_t j = 0; j < keys.from_sparse.b.size(); ++j) {
    from_sparse.push_back({keys.from_sparse.b[j].data(), keys.from_sparse.a[j].data()});
  }
  std::vector<std::uint32_t> limbs(static_cast<std::size_t>(context.limbs({top + 1, true})));
  std::iota(limbs.begin(), limbs.end(), 0u);
  ckks::RnsPoly out0 = context.allocate({top + 1, true}), out1 = context.allocate({top + 1, true});
  device.key_product(context.view(out0), out1.data(), raised_digits.data(), from_sparse.data(), from_sparse.size(),
                     limbs.data(), false);
  const ckks::RnsPoly *const sums[] = {&out0, &out1}, *const addends[] = {&raised[0], nullptr};
  return {context.mod_down(sums, 0, addends), top, a.scale};
}

}  // namespace hetal::bootstrap
