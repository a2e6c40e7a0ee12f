// Bytes of device memory that a launch must move: every word that it needs once, every word that it makes once. What
// stays in the second-level cache between launches is not taken off.
#pragma once

#include <set>

#include "device/cuda/base_change.h"
#include "device/cuda/key_switch.h"
#include "device/cuda/ntt.h"
#include "device/cuda/pointwise.h"

namespace hetal::bench {

struct Traffic {
  double read = 0, written = 0;  ///< words
  std::string kernel;
  double ntts = 0;  ///< transforms of one limb that end here
};

using namespace device::cuda;

template <class Arithmetic>
Traffic of_pass(const char* name, const Transform<Arithmetic>& t, const Grid& grid, std::uint32_t stages) {
  const double n = std::exp2(t.shape.log_degree);
  Traffic out{0, 0, message(name, " ", stages, " stages")};
  std::set<std::uint32_t> primes;
  for (std::uint32_t j = 0; j < grid.blocks_y; ++j) {
    primes.insert(t.jobs[j].prime);
    out.written += n;
    out.read += n;
  }
  if (t.shape.contiguous(stages)) out.ntts = grid.blocks_y;
  const double twiddles = std::exp2(t.shape.first_stage + stages) - std::exp2(t.shape.first_stage);
  out.read += static_cast<double>(primes.size()) * twiddles * sizeof(typename Arithmetic::Twiddle) / sizeof(Word);
  return out;
}

template <class Arithmetic, int Stages>
Traffic traffic(const ForwardPass<Arithmetic, Stages>& k, const Grid& grid) {
  Traffic out = of_pass("ntt", k, grid, Stages);
  for (std::uint32_t j = 0; j < grid.blocks_y && k.shape.contiguous(Stages); ++j) {
    if (k.jobs[j].minuend != nullptr) out.read += std::exp2(k.shape.log_degree) * (k.jobs[j].addend == nullptr ? 1 : 2);
  }
  return out;
}
template <class Arithmetic, int Stages>
Traffic traffic(const InversePass<Arithmetic, Stages>& k, const Grid& grid) {
  Traffic out = of_pass("intt", k, grid, Stages);
  for (std::uint32_t j = 0; j < grid.blocks_y && k.shape.contiguous(Stages); ++j) {
    if (k.jobs[j].copy != nullptr) out.written += std::exp2(k.shape.log_degree);
  }
  return out;
}

inline double words(const LimbSet& limbs, const Grid& grid) { return std::exp2(limbs.log_degree) * grid.blocks_y; }

template <Pointwise Operation>
Traffic traffic(const PointwiseKernel<Operation>& k, const Grid& grid) {
  constexpr bool two = Operation != Pointwise::negate && Operation != Pointwise::mul_scalar;
  return {words(k.limbs, grid) * (two ? 2 : 1), words(k.limbs, grid), "pointwise"};
}
inline Traffic traffic(const TensorKernel& k, const Grid& grid) {
  return {words(k.limbs, grid) * (4 * k.count + (k.accumulate != 0 ? 3 : 0)), words(k.limbs, grid) * 3, "tensor"};
}
inline Traffic traffic(const PlainMatrixKernel& k, const Grid& grid) {
  Traffic out{words(k.limbs, grid) * (k.sources + (k.accumulate != 0 ? k.destinations : 0)),
              words(k.limbs, grid) * k.destinations, "plain_matrix"};
  for (std::uint32_t g = 0; g < k.destinations; ++g) {
    for (std::uint32_t s = 0; s < k.sources; ++s) {
      const PlainMatrixKernel::Factor& f = k.plain[g * kMaxSources + s];
      if (f.data != nullptr) out.read += words(k.limbs, grid) / std::exp2(f.log_run);
    }
  }
  return out;
}
inline Traffic traffic(const AutomorphismKernel& k, const Grid& grid) {
  return {words(k.limbs, grid), words(k.limbs, grid), "automorphism"};
}
inline Traffic traffic(const FromSignedKernel& k, const Grid& grid) {
  return {std::exp2(k.limbs.log_degree), words(k.limbs, grid), "from_signed"};
}
inline Traffic traffic(const LiftCenteredKernel& k, const Grid& grid) {
  return {std::exp2(k.limbs.log_degree), words(k.limbs, grid), "lift_centered"};
}
inline Traffic traffic(const CopyKernel& k, const Grid& grid) {
  const double moved = static_cast<double>(k.degree) * grid.blocks_y;
  return {moved, moved, "copy_limbs"};
}
template <class Arithmetic, std::uint32_t Terms>
Traffic traffic(const ConvertKernel<Arithmetic, Terms>& k, const Grid& grid) {
  Traffic out{0, 0, message("convert up to ", Terms)};
  const double n = std::exp2(k.log_degree);
  for (std::uint32_t j = 0; j < grid.blocks_y / k.blocks_of_job; ++j) {
    out.read += n * k.jobs[j].terms;
    out.written += n * k.jobs[j].targets;
  }
  return out;
}
inline Traffic of_switch(const KeySwitch& k, const Grid& grid, const char* name) {
  const double all = words(k.limbs, grid), added = std::exp2(k.limbs.log_degree) * k.addend_limbs;
  Traffic out{all * k.digit_count, 0, name};
  if (k.addend0 != nullptr) out.read += added;
  if (k.addend1 != nullptr) out.read += added;
  for (std::uint32_t t = 0; t < k.count; ++t) {
    out.read += all * (2 * k.digit_count + (k.terms[t].accumulate != 0 ? 2 : 0));
    out.written += all * 2;
  }
  return out;
}
inline Traffic traffic(const KeySwitchKernel& k, const Grid& grid) { return of_switch(k, grid, "key_switch"); }
template <class Arithmetic, int Stages>
Traffic traffic(const SwitchPass<Arithmetic, Stages>& k, const Grid& grid) {
  Traffic out = of_switch(k, grid, "ntt and key_switch");
  const std::set<std::uint16_t> primes(k.limbs.prime, k.limbs.prime + grid.blocks_y);
  for (std::uint32_t i = 0; i < grid.blocks_y; ++i) {
    out.ntts += k.digit_count - (k.own[i].digit == SwitchPass<Arithmetic, Stages>::kNone ? 0 : 1);
  }
  const double twiddles = std::exp2(k.shape.log_degree) - std::exp2(k.shape.first_stage);
  out.read += static_cast<double>(primes.size()) * twiddles * sizeof(typename Arithmetic::Twiddle) / sizeof(Word);
  return out;
}

}  // namespace hetal::bench
