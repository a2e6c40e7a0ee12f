#include "ckks/encoder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/error.h"

namespace hetal::ckks {
namespace {

using Complex = std::complex<double>;

// Written out, so that the compiler cannot fuse or reorder operations.
Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

void bit_reverse(std::vector<Complex>& v) {
  for (std::size_t i = 1, j = 0; i < v.size(); ++i) {
    std::size_t bit = v.size() >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(v[i], v[j]);
  }
}

// ---- e^(i pi k / N) in integer arithmetic ----
//
// sin and cos of two libraries differ in the last bit. So do those of one library on processors with and without fused
// multiply-add. Such a difference would change encoded plaintexts.

/// Fixed-point numbers in [0, 1] have 63 bits after the point.
constexpr std::uint64_t kOne = std::uint64_t{1} << 63;
/// floor(pi * 2^61)
constexpr std::uint64_t kPi = 0x6487ed5110b4611a;

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(a) * b) >> 63);
}

/// cos and sin of pi k / N for k <= N / 4 with an error below 2^-53, from eleven terms of the Taylor series.
Complex first_octant(std::uint32_t k, std::uint32_t ring_degree) {
  const auto x = static_cast<std::uint64_t>((static_cast<unsigned __int128>(kPi) << 2) * k / ring_degree);
  const std::uint64_t square = times(x, x);
  std::uint64_t cosine = kOne, sine = kOne;
  for (std::uint64_t i = 20; i > 0; i -= 2) {
    cosine = kOne - times(square, cosine) / (i * (i - 1));
    sine = kOne - times(square, sine) / (i * (i + 1));
  }
  return {static_cast<double>(cosine) * 0x1p-63, static_cast<double>(times(x, sine)) * 0x1p-63};
}

Complex root_of_unity(std::uint32_t k, std::uint32_t ring_degree) {
  const std::uint32_t quarter_turn = ring_degree / 2, in_quadrant = k % quarter_turn;
  Complex z = first_octant(std::min(in_quadrant, quarter_turn - in_quadrant), ring_degree);
  if (in_quadrant > quarter_turn / 2) z = {z.imag(), z.real()};
  switch (k / quarter_turn) {
    case 0:
      return z;
    case 1:
      return {-z.imag(), z.real()};
    case 2:
      return {-z.real(), -z.imag()};
    default:
      return {z.imag(), -z.real()};
  }
}

}  // namespace

Encoder::Encoder(std::uint32_t ring_degree)
    : ring_degree_(ring_degree), roots_(2 * ring_degree), rotation_(ring_degree / 2) {
  for (std::uint32_t k = 0; k < 2 * ring_degree; ++k) roots_[k] = root_of_unity(k, ring_degree);
  std::uint32_t power = 1;
  for (std::uint32_t& r : rotation_) {
    r = power;
    power = power * 5 % (2 * ring_degree);
  }
}

std::vector<std::int64_t> Encoder::encode(const std::vector<Complex>& slots, double scale) const {
  const std::size_t n = slots.size(), half = ring_degree_ / 2;
  require<InvalidArgument>(n >= 1 && n <= half && (n & (n - 1)) == 0, "encode: expected a power of two of at most ",
                           half, " values, actual ", n);
  std::vector<Complex> v = slots;
  for (std::size_t i = 0; i < n; ++i) {
    require<InvalidArgument>(std::isfinite(v[i].real()) && std::isfinite(v[i].imag()), "encode: value ", i,
                             " is not finite");
  }
  const std::uint32_t m = 2 * ring_degree_;
  for (std::size_t len = n; len >= 2; len /= 2) {
    const std::uint32_t quad = static_cast<std::uint32_t>(4 * len), step = m / quad;
    for (std::size_t i = 0; i < n; i += len) {
      for (std::size_t j = 0; j < len / 2; ++j) {
        const Complex a = v[i + j], b = v[i + j + len / 2];
        const std::uint32_t k = (quad - rotation_[j] % quad) * step % m;
        v[i + j] = a + b;
        v[i + j + len / 2] = times(a - b, roots_[k]);
      }
    }
  }
  bit_reverse(v);
  std::vector<std::int64_t> out(ring_degree_, 0);
  const std::size_t gap = half / n;
  const double factor = scale / static_cast<double>(n);
  auto rounded = [](double x) {
    require<InvalidArgument>(std::abs(x) < 0x1p62, "encode: coefficient ", x,
                             " does not fit 62 bits; values too large");
    return static_cast<std::int64_t>(std::llrint(x));
  };
  for (std::size_t i = 0; i < n; ++i) {
    out[i * gap] = rounded(v[i].real() * factor);
    out[i * gap + half] = rounded(v[i].imag() * factor);
  }
  return out;
}

std::vector<Complex> Encoder::decode(const std::vector<double>& coefficients) const {
  const std::size_t n = ring_degree_ / 2;
  const std::uint32_t m = 2 * ring_degree_;
  std::vector<Complex> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = {coefficients[i], coefficients[i + n]};
  bit_reverse(v);
  for (std::size_t len = 2; len <= n; len *= 2) {
    const std::uint32_t quad = static_cast<std::uint32_t>(4 * len), step = m / quad;
    for (std::size_t i = 0; i < n; i += len) {
      for (std::size_t j = 0; j < len / 2; ++j) {
        const Complex a = v[i + j], b = times(v[i + j + len / 2], roots_[rotation_[j] % quad * step]);
        v[i + j] = a + b;
        v[i + j + len / 2] = a - b;
      }
    }
  }
  return v;
}

}  // namespace hetal::ckks
