// Named CKKS parameter sets and their modulus chains.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "arith/modulus.h"

namespace hetal::ckks {

/// A parameter set as data. The chain has, from the bottom: one base prime; one prime near `log_scale` per entry of
/// `stc_radix` and per usable level; kEvalModLevels primes near `log_eval_mod`; one prime per entry of `log_cts`.
struct ParameterLiteral {
  std::string name;
  int log_ring_degree;
  double log_base;             ///< q0, the modulus from which a bootstrap raises
  double log_scale;            ///< scale of the levels that the algorithms use
  int usable_levels;           ///< rescalings between two bootstraps
  std::vector<int> stc_radix;  ///< log2 of the radix of each SlotsToCoeffs factor, summing to log2(slots)
  double log_eval_mod;
  std::vector<double> log_cts;  ///< from the lowest CoeffsToSlots level to the highest
  double log_special;           ///< each special prime
  int special_primes;
  std::vector<int> digits;  ///< limbs of each key-switching digit, from the bottom
};

/// Levels of EvalMod: 1 for T_2, 4 for a polynomial of degree 15 in it, 4 for double angles, 2 for the arcsine
/// (bootstrap/eval_mod_constants.h).
inline constexpr int kEvalModLevels = 11;

/// Hamming weight of the sparse secret. It determines the largest overflow of a bootstrap
/// (bootstrap/eval_mod_constants.h) and, with q0 and p0, the security of that secret.
inline constexpr int kSparseWeight = 32;

/// The named sets. parameters.cpp states the security, precision and sources of each.
const std::vector<ParameterLiteral>& parameter_sets();

/// Throws SecurityError unless both secrets have 128 bits of classical security: the uniform ternary one at QP and the
/// sparse one at q0 p0, by the tables in parameters.cpp. The constructor of a set that is not insecure calls it.
void require_secure(const std::string& name, int log_ring_degree, double log_qp, double log_sparse_q);

class Parameters {
 public:
  /// Throws InvalidArgument for an unknown name, and SecurityError if the set is less secure than its table demands.
  static Parameters named(const std::string& name);
  explicit Parameters(const ParameterLiteral& literal);

  const ParameterLiteral& literal() const { return literal_; }
  const std::string& name() const { return literal_.name; }
  /// SHA-256 of the canonical description: name, N, every prime, digits, scales.
  const std::string& hash() const { return hash_; }
  std::uint32_t ring_degree() const { return 1u << literal_.log_ring_degree; }
  std::uint32_t slot_count() const { return ring_degree() / 2; }
  bool insecure() const { return name().rfind("insecure_", 0) == 0; }
  int security_bits() const { return insecure() ? 0 : 128; }
  double log_qp() const;
  /// log2(q0 p0): the only moduli under which anything is encrypted for the sparse secret.
  double log_sparse_q() const;

  /// Level of a ciphertext with all limbs. Only bootstraps use it.
  int top_level() const { return static_cast<int>(q_.size()) - 1; }
  int cts_level() const { return top_level(); }
  int eval_mod_level() const { return bootstrap_output_level() + kEvalModLevels; }
  int bootstrap_input_level() const { return static_cast<int>(literal_.stc_radix.size()); }
  int bootstrap_output_level() const { return bootstrap_input_level() + literal_.usable_levels; }
  double bootstrap_bound() const { return 2.0; }

  /// The primes q0 .. q_top of the chain, and the special primes. On a device the special ones follow the chain.
  const std::vector<Word>& q() const { return q_; }
  const std::vector<Word>& p() const { return p_; }
  double scale(int level) const { return scale_[static_cast<std::size_t>(level)]; }

  /// Bytes of the residues of one polynomial modulo a prime on disk: N times the prime's bits.
  std::uint64_t packed_bytes(Word prime) const;
  /// The same for the limbs of a level, with the special primes or without.
  std::uint64_t packed_bytes(int level, bool special) const;

  /// First limb of a key-switching digit. digit_begin(digit count) is the number of limbs of the chain.
  int digit_begin(int digit) const;
  /// Number of digits of a ciphertext at a level.
  int digit_count(int level) const;

 private:
  ParameterLiteral literal_;
  std::vector<Word> q_, p_;
  std::vector<double> scale_;
  std::string hash_;
};

}  // namespace hetal::ckks
