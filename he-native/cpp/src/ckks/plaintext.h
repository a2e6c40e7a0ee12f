// Encoded plaintexts.
#pragma once

#include <complex>
#include <vector>

#include "ckks/context.h"

namespace hetal::ckks {

/// One encoded polynomial: level + 1 limbs, then those of the special primes, in evaluation form. Slots of period p
/// give a polynomial in X^(slots / p). Its evaluations come in runs of equal values, and each limb stores one word per
/// run: N >> log_run words.
struct Plaintext {
  device::Buffer limbs;
  int log_run = 0;
  int level = 0;
  double scale = 0;
  device::PlainLimbs view() const { return {limbs.data(), log_run}; }
};

/// `slots`: 1 to N/2 values, a power of two of them, repeated to fill the slots. Cost: one floating-point transform on
/// the host and one NTT per limb. Throws InvalidArgument for values that do not fit the level.
Plaintext encode(const Context& context, const std::vector<std::complex<double>>& slots, int level, double scale);

}  // namespace hetal::ckks
