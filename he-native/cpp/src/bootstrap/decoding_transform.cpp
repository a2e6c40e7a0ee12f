#include "bootstrap/decoding_transform.h"

#include <algorithm>
#include <bit>
#include <set>

#include "ckks/key_file.h"

namespace hetal::bootstrap {
namespace {

using circuits::Diagonals;
using Complex = std::complex<double>;

/// The stage of the decoding transform on blocks of `length` slots, or its inverse, as diagonals of period `length`.
Diagonals stage(const ckks::Context& context, std::uint32_t slots, std::uint32_t length, bool inverse) {
  const ckks::Encoder& encoder = context.encoder();
  const std::uint32_t half = length / 2, m = 2 * context.parameters().ring_degree(), quad = 4 * length;
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

std::vector<int> radices(const ckks::Parameters& parameters, std::uint32_t slots) {
  const std::vector<int>& full = parameters.literal().stc_radix;
  if (slots == parameters.slot_count()) return full;
  // The last factor has the fewest diagonals, since its rotations wrap around, and takes the remainder first.
  const int stages = std::countr_zero(slots), count = static_cast<int>(full.size());
  std::vector<int> out;
  for (int i = 0; i < count; ++i) out.push_back((stages + i) / count);
  return out;
}

std::vector<std::uint32_t> strides(const std::vector<int>& radices) {
  std::vector<std::uint32_t> out;
  std::uint32_t stride = 1;
  for (int radix : radices) {
    out.push_back(stride);
    stride <<= radix;
  }
  return out;
}

std::vector<Diagonals> factors(const ckks::Context& context, std::uint32_t slots, bool inverse, double scaling) {
  std::vector<Diagonals> out;
  std::uint32_t length = 2;
  for (int radix : radices(context.parameters(), slots)) {
    Diagonals factor;
    for (int i = 0; i < radix; ++i, length *= 2) {
      const Diagonals next = stage(context, slots, length, inverse);
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

RotationLevels transform_rotations(const ckks::Parameters& p, std::uint32_t slots, std::uint32_t baby_steps) {
  RotationLevels out;
  const auto radix = radices(p, slots);
  const auto stride = strides(radix);
  const int factors = static_cast<int>(stride.size());
  for (int i = 0; i < factors; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::uint32_t block = stride[at] * baby_steps;
    // SlotsToCoeffs applies the factors from the first to the last, CoeffsToSlots from the last to the first.
    const int level = std::max(p.bootstrap_input_level() - i, p.cts_level() - (factors - 1 - i));
    for (std::uint32_t d : diagonal_indices(stride[at], radix[at], slots)) {
      note(out, d % block, level);
      note(out, d - d % block, level);
    }
  }
  return out;
}

void note(RotationLevels& levels, std::uint32_t steps, int level) {
  if (steps == 0) return;
  int& highest = levels.try_emplace(steps, level).first->second;
  highest = std::max(highest, level);
}

std::uint64_t key_bytes(const ckks::Parameters& p, const RotationLevels& rotations) {
  using ckks::KeyKind;
  std::uint64_t sum = ckks::key_file_bytes(p, KeyKind::relinearization, p.eval_mod_level()) +
                      ckks::key_file_bytes(p, KeyKind::galois, p.eval_mod_level() + 1) +
                      ckks::key_file_bytes(p, KeyKind::to_sparse, 0) +
                      ckks::key_file_bytes(p, KeyKind::from_sparse, p.top_level());
  for (const auto& [steps, level] : rotations) sum += ckks::key_file_bytes(p, KeyKind::galois, level);
  return sum;
}

}  // namespace hetal::bootstrap
