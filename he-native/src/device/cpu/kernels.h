// The per-limb kernels of the CPU device: one table of functions for each instruction set.
//
// Every kernel takes and returns canonical residues in [0, q), so each table gives the same words.
// `portable` is the reference that the others must equal; `cpu_device.cpp` composes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arith/modulus.h"
#include "device/cpu/pages.h"
#include "device/device.h"

namespace hetal::device {

/// Twiddles of the negacyclic NTT modulo one prime (Longa and Naehrig 2016, algorithms 1 and 2).
/// root[i] = psi^bitrev(i), inverse_root[i] = psi^-bitrev(i), each with its 52-bit Shoup constant.
struct NttTable {
  Modulus modulus;
  std::uint32_t ring_degree = 0;
  OwnedWords storage;  ///< the four arrays, one after the other
  const Word *root = nullptr, *root_shoup = nullptr;
  const Word *inverse_root = nullptr, *inverse_root_shoup = nullptr;
  Word degree_inverse = 0, degree_inverse_shoup = 0;

  NttTable(const Modulus& q, std::uint32_t ring_degree);
  NttTable(NttTable&&) noexcept = default;
  NttTable(const NttTable&) = delete;
};

/// At most this many products are summed before a reduction: 2^100 * 16 < 2^104.
inline constexpr std::size_t kMaxLazyTerms = 16;
static_assert(kMaxConversionTerms < kMaxLazyTerms);

struct Kernels {
  const char* name;

  /// Coefficients in natural order -> evaluations in bit-reversed order, in place: x[i] = m(psi^(2 bitrev(i) + 1)).
  void (*ntt)(Word* x, const NttTable& table);
  void (*intt)(Word* x, const NttTable& table);

  /// Pointwise on n words. dst may be a or b.
  void (*add)(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q);
  void (*sub)(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q);
  void (*negate)(Word* dst, const Word* a, std::size_t n, const Modulus& q);
  void (*mul)(Word* dst, const Word* a, const Word* b, std::size_t n, const Modulus& q);
  /// dst = a * w
  void (*mul_scalar)(Word* dst, const Word* a, Word w, std::size_t n, const Modulus& q);
  /// dst = (a - b) * w; dst may be a or b
  void (*sub_mul_scalar)(Word* dst, const Word* a, const Word* b, Word w, std::size_t n, const Modulus& q);
  /// dst += a * w
  void (*mul_scalar_add)(Word* dst, const Word* a, Word w, std::size_t n, const Modulus& q);

  /// dst = sum_i a[i] * b[i] over `terms` <= kMaxLazyTerms pairs of arrays; plus dst itself when `accumulate`.
  void (*dot)(Word* dst, const Word* const* a, const Word* const* b, std::size_t terms, bool accumulate, std::size_t n,
              const Modulus& q);
  /// As dot, but b[i] holds n >> log_run words, each standing for a run of 2^log_run equal ones (log_run >= 3).
  void (*dot_runs)(Word* dst, const Word* const* a, const Word* const* b, std::size_t terms, bool accumulate,
                   int log_run, std::size_t n, const Modulus& q);

  /// Base conversion, first half, for one source limb: y = x * w mod q, and
  /// fraction += floor(y * q.reciprocal() / 2^52), which is y / q in units of 2^-kFractionBits, rounded down.
  void (*scale_for_conversion)(Word* y, Word* fraction, const Word* x, Word w, std::size_t n, const Modulus& q);
  /// fraction <- (fraction + 2^(kFractionBits-1)) >> kFractionBits: how many times the source product must be
  /// subtracted.
  void (*round_fraction)(Word* fraction, std::size_t n);
  /// Base conversion, second half, for one target limb: dst = sum_i y[i] * hat[i] + overflow * negated_product mod q.
  /// y[i] < 2^50 need not be below q; terms < kMaxLazyTerms.
  void (*convert)(Word* dst, const Word* const* y, const Word* hat, std::size_t terms, const Word* overflow,
                  Word negated_product, std::size_t n, const Modulus& q);

  /// dst[i] = src[index[i]]; dst is not src. Each aligned run of eight indices lies within one aligned run of eight (an
  /// automorphism does that: the upper three bits of an exponent only shift when it is multiplied by an odd number).
  void (*permute)(Word* dst, const Word* src, const std::uint32_t* index, std::size_t n);
  /// Signed 64-bit integers to residues.
  void (*from_signed)(Word* dst, const std::int64_t* src, std::size_t n, const Modulus& q);
  /// A residue modulo `from`, taken in (-from/2, from/2], to modulo `to`.
  void (*lift_centered)(Word* dst, const Word* src, std::size_t n, const Modulus& from, const Modulus& to);
};

const Kernels& portable_kernels();
/// Null when this build or this processor has no such path.
const Kernels* avx2_kernels();
const Kernels* avx512_ifma_kernels();
/// The fastest that this processor runs, or the one named by HETAL_CPU_PATH = portable | avx2 | avx512-ifma;
/// throws InvalidArgument for a path that cannot run here.
const Kernels& best_kernels();

}  // namespace hetal::device
