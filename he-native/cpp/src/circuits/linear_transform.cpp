#include "circuits/linear_transform.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "ckks/key_switching.h"

namespace hetal::circuits {

using ckks::Basis;
using ckks::RnsPoly;

LinearTransform::LinearTransform(const ckks::Context& context, const Diagonals& diagonals, std::uint32_t stride,
                                 int baby_steps, int level)
    : level_(level) {
  const std::uint32_t slots = context.parameters().slot_count(),
                      block = stride * static_cast<std::uint32_t>(baby_steps);
  std::set<std::uint32_t> babies, giants;
  for (const auto& [d, values] : diagonals) {
    require<InvalidArgument>(d % stride == 0 && d < slots, "diagonal ", d, ": expected a multiple of ", stride);
    babies.insert(d % block);
    giants.insert(d - d % block);
  }
  babies_.assign(babies.begin(), babies.end());
  giants_.assign(giants.begin(), giants.end());

  const double scale = static_cast<double>(context.parameters().q()[static_cast<std::size_t>(level)]);
  for (std::uint32_t giant : giants_) {
    for (std::uint32_t baby : babies_) {
      const auto diagonal = diagonals.find(giant + baby);
      if (diagonal == diagonals.end()) {
        plain_.push_back({nullptr, 0});
        continue;
      }
      const std::size_t period = diagonal->second.size();
      std::vector<std::complex<double>> turned(period);
      for (std::size_t i = 0; i < period; ++i) turned[i] = diagonal->second[(i + slots - giant) % period];
      storage_.push_back(ckks::encode(context, turned, level, scale));
      plain_.push_back(storage_.back().view());
    }
  }
}

std::vector<std::uint32_t> LinearTransform::rotations() const {
  std::set<std::uint32_t> out(babies_.begin(), babies_.end());
  out.insert(giants_.begin(), giants_.end());
  out.erase(0);
  return {out.begin(), out.end()};
}

ckks::Ciphertext LinearTransform::apply(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const {
  return reduced(evaluator, a, 1);
}

ckks::Ciphertext LinearTransform::apply_unrescaled(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a) const {
  return reduced(evaluator, a, 0);
}

ckks::Ciphertext LinearTransform::reduced(const ckks::Evaluator& evaluator, const ckks::Ciphertext& a,
                                          int rescaled) const {
  const ckks::Context& context = evaluator.context();
  device::Device& device = context.device();
  require<LevelError>(a.level == level_, "linear transform: expected level ", level_, ", actual ", a.level);
  const Basis basis{level_ + 1, true};
  auto pair = [&] { return std::array<RnsPoly, 2>{context.allocate(basis), context.allocate(basis)}; };

  std::vector<std::array<RnsPoly, 2>> turned;
  std::vector<ckks::Switch> rotations;
  for (std::size_t i = 0; i < babies_.size(); ++i) turned.push_back(pair());
  for (std::size_t i = 0; i < babies_.size(); ++i) {
    if (babies_[i] != 0) {
      const std::uint32_t galois = evaluator.galois_of(babies_[i]);
      rotations.push_back({&evaluator.galois_key(galois, level_), galois, &turned[i][0], &turned[i][1], false});
      continue;
    }
    // P c in the extended basis is zero modulo the special primes.
    const std::vector<Word> special = ckks::special_product(context, level_);
    const std::size_t words = special.size() * context.n();
    for (std::size_t part = 0; part < 2; ++part) {
      device.mul_scalar(context.view(turned[i][part].data(), {level_ + 1, false}), a.parts[part].data(),
                        special.data());
      device.zero(turned[i][part].data() + words, static_cast<std::size_t>(context.special()) * context.n());
    }
  }
  ckks::decompose_and_switch(evaluator, a.parts[1], level_, {&a.parts[0], nullptr, true}, rotations);

  std::vector<std::array<RnsPoly, 2>> sums;
  for (std::size_t g = 0; g < giants_.size(); ++g) sums.push_back(pair());
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<Word*> dst;
    std::vector<const Word*> src;
    for (auto& s : sums) dst.push_back(s[i].data());
    for (auto& t : turned) src.push_back(t[i].data());
    device.plain_matrix(context.view(sums[0][i]), dst.data(), dst.size(), src.data(), src.size(), plain_.data(), false);
  }

  turned.clear();
  // Giant steps are summed in the extended basis, too. Giant step 0, which is no rotation, comes first and holds the
  // sum.
  std::array<RnsPoly, 2> total = giants_[0] == 0 ? std::move(sums[0]) : pair();
  for (std::size_t g = giants_[0] == 0 ? 1 : 0; g < giants_.size(); ++g) {
    const std::uint32_t galois = evaluator.galois_of(giants_[g]);
    const RnsPoly down = context.mod_down(sums[g][1], 0);
    const ckks::Switch one{&evaluator.galois_key(galois, level_), galois, &total[0], &total[1], g > 0};
    ckks::decompose_and_switch(evaluator, down, level_, {&sums[g][0], nullptr, false}, {&one, 1});
    sums[g] = {};
  }
  const double q = static_cast<double>(context.modulus(level_).value());
  const RnsPoly* const parts[] = {&total[0], &total[1]};
  return {context.mod_down(parts, rescaled), level_ - rescaled, rescaled == 1 ? a.scale : a.scale * q};
}

}  // namespace hetal::circuits
