#include "device/cpu/ntt_table.h"

namespace hetal::device {
namespace {

std::uint32_t bit_reverse(std::uint32_t x, int bits) {
  std::uint32_t r = 0;
  for (int i = 0; i < bits; ++i) r |= ((x >> i) & 1u) << (bits - 1 - i);
  return r;
}

}  // namespace

NttTable::NttTable(const Modulus& q, std::uint32_t degree, const Kernels& path)
    : storage_(owned_words(4 * static_cast<std::size_t>(degree))) {
  Word *w = storage_.get(), *ws = w + degree, *iw = ws + degree, *iws = iw + degree;
  int log_degree = 0;
  while ((1u << log_degree) < degree) ++log_degree;
  const Word psi = primitive_root_2n(q, degree), psi_inverse = q.inverse(psi);
  Word power = 1, inverse_power = 1;
  for (std::uint32_t i = 0; i < degree; ++i) {
    const std::uint32_t r = bit_reverse(i, log_degree);
    w[r] = power;
    ws[r] = q.shoup(power);
    iw[r] = inverse_power;
    iws[r] = q.shoup(inverse_power);
    power = q.mul(power, psi);
    inverse_power = q.mul(inverse_power, psi_inverse);
  }
  path.prepare_twiddles(w, ws, degree, q);
  path.prepare_twiddles(iw, iws, degree, q);
  const Word degree_inverse = q.inverse(degree);
  constants_ = {q, degree, w, ws, iw, iws, degree_inverse, q.shoup(degree_inverse)};
}

}  // namespace hetal::device
