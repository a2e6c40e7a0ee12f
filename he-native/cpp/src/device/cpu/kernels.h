// The kernels of the CPU device, which work on one limb: a table of functions per instruction set.
//
// Every kernel takes and returns canonical residues in [0, q), so all tables give the same words.
//
// Translation units that are compiled for a wider instruction set include only this header and others without functions
// of external linkage (see arith/modulus_constants.h). Each defines its functions in an unnamed namespace and exports
// one constant-initialized table; tests/check_wide_objects.sh checks that.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "arith/modulus_constants.h"

namespace hetal::device {

/// The constants of a negacyclic NTT modulo one prime (Longa and Naehrig 2016, algorithms 1 and 2).
struct NttConstants {
  ModulusConstants q;
  uint32_t ring_degree;  ///< N, a power of two, at least 16
  /// psi^bitrev(i) and psi^-bitrev(i), each with its Shoup constant, in the form that prepare() of the path gave them.
  const Word *root, *root_shoup, *inverse_root, *inverse_root_shoup;
  Word degree_inverse, degree_inverse_shoup;  ///< 1 / N mod q; integers on every path
};

/// The most products that are summed before a reduction. Their sum is below 16 * 2^100 = 2^104.
inline constexpr size_t kMaxLazyTerms = 16;

struct Kernels {
  /// Converts, in place, `count` twiddles w[i] < q and w_shoup[i] = floor(w[i] * 2^52 / q) to the form in which ntt and
  /// intt of this path read them.
  void (*prepare_twiddles)(Word* w, Word* w_shoup, size_t count, const ModulusConstants& q);
  /// Coefficients in natural order -> evaluations in bit-reversed order, in place: x[i] = m(psi^(2 bitrev(i) + 1)).
  void (*ntt)(Word* x, const NttConstants& table);
  void (*intt)(Word* x, const NttConstants& table);

  /// Pointwise on n words, a multiple of 16 here and below. dst may be a or b.
  void (*add)(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q);
  void (*sub)(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q);
  void (*negate)(Word* dst, const Word* a, size_t n, const ModulusConstants& q);
  void (*mul)(Word* dst, const Word* a, const Word* b, size_t n, const ModulusConstants& q);
  /// dst = a * w
  void (*mul_scalar)(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q);
  /// dst = (a - b) * w. dst may be a or b.
  void (*sub_mul_scalar)(Word* dst, const Word* a, const Word* b, Word w, size_t n, const ModulusConstants& q);
  /// dst += a * w
  void (*mul_scalar_add)(Word* dst, const Word* a, Word w, size_t n, const ModulusConstants& q);

  /// dst = sum_i a[i] * b[i] over `terms` <= kMaxLazyTerms pairs of arrays. With `accumulate` the sum is added to dst.
  void (*dot)(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, size_t n,
              const ModulusConstants& q);
  /// As dot, but b[i] has n >> log_run words, and each is used for a run of 2^log_run words of a[i] (log_run >= 3).
  void (*dot_runs)(Word* dst, const Word* const* a, const Word* const* b, size_t terms, bool accumulate, int log_run,
                   size_t n, const ModulusConstants& q);

  /// First half of a base conversion, for one source limb: y = x * w mod q, and
  /// fraction += floor(y * q.reciprocal / 2^52), which is y / q in units of 2^-kFractionBits, rounded down.
  void (*scale_for_conversion)(Word* y, Word* fraction, const Word* x, Word w, size_t n, const ModulusConstants& q);
  /// fraction <- (fraction + 2^(kFractionBits-1)) >> kFractionBits, which is the multiple of the source product that
  /// must be subtracted.
  void (*round_fraction)(Word* fraction, size_t n);
  /// Second half of a base conversion, for one target limb: dst = sum_i y[i] * hat[i] + overflow * negated_product mod
  /// q. y[i] is below 2^50 and need not be below q. terms < kMaxLazyTerms.
  void (*convert)(Word* dst, const Word* const* y, const Word* hat, size_t terms, const Word* overflow,
                  Word negated_product, size_t n, const ModulusConstants& q);

  /// dst[i] = src[index[i]]. dst must not be src. Each aligned run of eight indices must lie within one aligned run of
  /// eight. The indices of an automorphism do, because the exponents of a run differ only in the three highest bits.
  void (*permute)(Word* dst, const Word* src, const uint32_t* index, size_t n);
  /// Converts signed 64-bit integers to residues.
  void (*from_signed)(Word* dst, const int64_t* src, size_t n, const ModulusConstants& q);
  /// Converts residues modulo `from`, as integers in (-from/2, from/2], to residues modulo `to`.
  void (*lift_centered)(Word* dst, const Word* src, size_t n, const ModulusConstants& from, const ModulusConstants& to);
};

/// Runs on every processor.
extern const Kernels kPortableKernels;
/// Run only on processors with the instruction set (kernel_paths.h).
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels, kAvx512IfmaKernels;
#elif defined(__aarch64__)
extern const Kernels kNeonKernels;
#endif

}  // namespace hetal::device
