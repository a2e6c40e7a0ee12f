// The canonical embedding: complex slots to integer coefficients and back (Cheon, Kim, Kim, Song 2017, section 3.2).
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

namespace hetal::ckks {

/// Slot j of a polynomial m is m(zeta^(5^j)), zeta = exp(i pi / N). Computes in floating point in a fixed order, so
/// results are the same on every machine.
class Encoder {
 public:
  explicit Encoder(std::uint32_t ring_degree);

  /// N integers round(scale * coefficient). `slots`: 1 to N/2 values, a power of two of them, repeated.
  /// Throws InvalidArgument for other lengths, for values that are not finite and for coefficients beyond 2^62.
  std::vector<std::int64_t> encode(const std::vector<std::complex<double>>& slots, double scale) const;
  /// N/2 slots of the polynomial with the given N coefficients.
  std::vector<std::complex<double>> decode(const std::vector<double>& coefficients) const;

  /// exp(2 pi i k / 2N)
  std::complex<double> root(std::uint32_t k) const { return roots_[k]; }
  /// 5^j mod 2N
  std::uint32_t rotation(std::uint32_t j) const { return rotation_[j]; }

 private:
  std::uint32_t ring_degree_;
  std::vector<std::complex<double>> roots_;
  std::vector<std::uint32_t> rotation_;
};

}  // namespace hetal::ckks
