#include "ckks/parameters.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/sha256.h"

namespace hetal::ckks {
namespace {

// The text that printf writes for %a in the locale C. printf itself uses the decimal point of the process's locale,
// which Java sets from the environment. Under de_DE the hash of the parameters would differ.
std::string hex_float(double value) {
  char text[40];
  char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::hex).ptr;
  return "0x" + std::string(text, end);
}

// The largest log2(QP) for 128-bit classical security with a uniform ternary secret and sigma 3.19: those of the
// Security Guidelines for Implementing Homomorphic Encryption (eprint 2024/463), 868, 1747 and 3523, but at most such
// that every attack of tools/lattice_security takes 2^128 operations.
int secure_log_qp(int log_ring_degree) {
  switch (log_ring_degree) {
    case 15:
      return 868;
    case 16:
      return 1746;
    case 17:
      return 3518;
    default:
      return 0;
  }
}

// The largest log2(q0 p0) for 128-bit classical security with the sparse ternary secret of kSparseWeight. The
// guidelines have no table for it: tools/lattice_security has the estimates of these moduli, and tests that they are
// above 128. The sets below have 100 bits; OpenFHE takes 120, and from version 1.5 on 126.
int secure_sparse_log_q(int log_ring_degree) {
  switch (log_ring_degree) {
    case 15:
      return 100;
    case 16:
      return 126;
    case 17:
      return 126;
    default:
      return 0;
  }
}

}  // namespace

void require_secure(const std::string& name, int log_ring_degree, double log_qp, double log_sparse_q) {
  const int dense = secure_log_qp(log_ring_degree), sparse = secure_sparse_log_q(log_ring_degree);
  require<SecurityError>(log_qp <= dense, name, ": log2(QP) = ", log_qp, " exceeds ", dense, " for 128 bits at N = 2^",
                         log_ring_degree);
  require<SecurityError>(log_sparse_q <= sparse, name, ": log2(q0 p0) = ", log_sparse_q, " exceeds ", sparse,
                         " for 128 bits of the sparse secret at N = 2^", log_ring_degree);
}

const std::vector<ParameterLiteral>& parameter_sets() {
  static const std::vector<ParameterLiteral> sets{
      // The default.
      // Security: 128 bits, classical. log2(QP) is 1729; 1746 is allowed. The main secret is uniform ternary. The
      // sparse secret (Hamming weight 32) is used only modulo q0 and one special prime, 100 bits
      // (Bossuat, Troncoso-Pastoriza, Hubaux 2022, eprint 2022/024).
      // Failure: none. The overflow of a bootstrap is at most 16 (bootstrap/eval_mod_constants.h).
      // Precision of a bootstrap: 2^-23.6 rms, 2^-20 in the worst of 2^15 slots (measured: hetal_bench). A rescaling
      // leaves 2^13.4 in the real slots, which is 2^-36.5 of EvalMod's scale. CoeffsToSlots, T_2, the polynomial and
      // the double angles magnify that, and q0 / (2 pi 1.6 * 2^42) = 2^4.7 magnifies their sum in the message. The
      // cubic of the arcsine adds 2^-22.5 for |x| <= 1 and 2^-19.3 at 2.
      {"n16_l12", 16, 49.99, 42, 12, {5, 5, 5}, 49.9, {49.9, 49.9, 49.9}, 49.99, 7, {8, 8, 7, 7}},
      // Two more levels: a training of up to 16 classes within logits of 32 takes two bootstraps per iteration
      // instead of three. log2(QP) is 1744. There are five digits and 32 limbs instead of four and 30: a bootstrap
      // takes 1.12 times as long on two threads at commit 8f9aa28 (bench/results/n16_l14_2_threads.json,
      // n16_l12_2_threads_epyc.json).
      // SlotsToCoeffs makes up for the smaller scale (bootstrap::message_gain): a bootstrap is as precise as that of
      // n16_l12. A rescaling leaves 2^-27.5 in the real slots instead of 2^-28.6.
      {"n16_l14", 16, 49.99, 40.9, 14, {5, 5, 5}, 49.9, {49.9, 49.9, 49.9}, 49.99, 6, {7, 7, 6, 6, 6}},
      // For tests. These sets have no security.
      {"insecure_n12_l12", 12, 49.99, 42, 12, {4, 4, 3}, 49.9, {49.9, 49.9, 49.9}, 49.99, 7, {8, 8, 7, 7}},
      {"insecure_n10_l12", 10, 49.99, 42, 12, {3, 3, 3}, 49.9, {49.9, 49.9, 49.9}, 49.99, 7, {8, 8, 7, 7}},
      {"insecure_n12_l14", 12, 49.99, 40.9, 14, {4, 4, 3}, 49.9, {49.9, 49.9, 49.9}, 49.99, 6, {7, 7, 6, 6, 6}},
      {"insecure_n10_l14", 10, 49.99, 40.9, 14, {3, 3, 3}, 49.9, {49.9, 49.9, 49.9}, 49.99, 6, {7, 7, 6, 6, 6}},
  };
  return sets;
}

Parameters Parameters::named(const std::string& name) {
  std::string known;
  for (const ParameterLiteral& set : parameter_sets()) {
    if (set.name == name) return Parameters(set);
    known += (known.empty() ? "" : ", ") + set.name;
  }
  throw InvalidArgument(message("parameter set: expected one of ", known, "; actual ", name));
}

Parameters::Parameters(const ParameterLiteral& literal) : literal_(literal) {
  const std::uint32_t n = ring_degree();
  const int output = bootstrap_output_level(), eval_mod = eval_mod_level();
  const int top = eval_mod + static_cast<int>(literal.log_cts.size());
  require<InvalidArgument>(
      std::accumulate(literal.stc_radix.begin(), literal.stc_radix.end(), 0) == literal.log_ring_degree - 1 &&
          literal.log_cts.size() == literal.stc_radix.size(),
      name(), ": expected factors for log2(slots) = ", literal.log_ring_degree - 1);
  std::vector<Word> taken;
  auto take = [&](double target) {
    taken.push_back(nearest_ntt_prime(target, n, taken));
    return taken.back();
  };
  q_.resize(static_cast<std::size_t>(top) + 1);
  scale_.assign(q_.size(), 0);
  for (int i = 0; i < literal.special_primes; ++i) p_.push_back(take(std::exp2(literal.log_special)));
  q_[0] = take(std::exp2(literal.log_base));
  for (int level = eval_mod + 1; level <= top; ++level) {
    q_[static_cast<std::size_t>(level)] =
        take(std::exp2(literal.log_cts[static_cast<std::size_t>(level - eval_mod - 1)]));
    scale_[static_cast<std::size_t>(level)] = std::exp2(literal.log_eval_mod);
  }
  // From high to low, each prime is chosen so that the next scale D(l-1) = D(l)^2 / q(l) is as near as possible to its
  // target.
  auto chain = [&](int high, int low, double target, bool next_is_canonical) {
    scale_[static_cast<std::size_t>(high)] = target;
    for (int level = high; level > low; --level) {
      const double scale = scale_[static_cast<std::size_t>(level)];
      q_[static_cast<std::size_t>(level)] = take(scale * scale / target);
      if (level - 1 > low || next_is_canonical) {
        scale_[static_cast<std::size_t>(level - 1)] =
            scale * scale / static_cast<double>(q_[static_cast<std::size_t>(level)]);
      }
    }
  };
  chain(eval_mod, output, std::exp2(literal.log_eval_mod), false);
  chain(output, 0, std::exp2(literal.log_scale), true);

  require<InvalidArgument>(digit_begin(static_cast<int>(literal.digits.size())) == top + 1, name(),
                           ": digits must cover ", top + 1, " limbs");
  double log_p = 0;
  for (Word p : p_) log_p += std::log2(static_cast<double>(p));
  for (int d = 0; d < static_cast<int>(literal.digits.size()); ++d) {
    double log_digit = 0;
    for (int i = digit_begin(d); i < digit_begin(d + 1); ++i)
      log_digit += std::log2(static_cast<double>(q_[static_cast<std::size_t>(i)]));
    // Above the output level every key switch is followed by a rescaling, which divides its noise.
    const double margin = digit_begin(d) <= output ? 4 : 0;
    require<InvalidArgument>(log_digit + margin <= log_p, name(), ": digit ", d, " has ", log_digit,
                             " bits, the special primes ", log_p, ": key switching would drown the message");
  }
  if (!insecure()) require_secure(name(), literal.log_ring_degree, log_qp(), log_sparse_q());

  std::string text = name() + ";N=" + std::to_string(n) + ";q=";
  for (Word q : q_) text += std::to_string(q) + ",";
  text += ";p=";
  for (Word p : p_) text += std::to_string(p) + ",";
  text += ";digits=";
  for (int d : literal.digits) text += std::to_string(d) + ",";
  text += ";scales=";
  for (double s : scale_) text += hex_float(s) + ",";
  Sha256 sha;
  sha.update(text.data(), text.size());
  hash_ = hex(sha.finish());
}

double Parameters::log_qp() const {
  double sum = 0;
  for (Word q : q_) sum += std::log2(static_cast<double>(q));
  for (Word p : p_) sum += std::log2(static_cast<double>(p));
  return sum;
}

double Parameters::log_sparse_q() const {
  return std::log2(static_cast<double>(q_[0])) + std::log2(static_cast<double>(p_[0]));
}

std::uint64_t Parameters::packed_bytes(Word prime) const {
  return std::uint64_t{ring_degree()} * static_cast<std::uint64_t>(std::bit_width(prime)) / 8;
}

std::uint64_t Parameters::packed_bytes(int level, bool special) const {
  std::uint64_t sum = 0;
  for (int i = 0; i <= level; ++i) sum += packed_bytes(q_[static_cast<std::size_t>(i)]);
  if (special) {
    for (Word p : p_) sum += packed_bytes(p);
  }
  return sum;
}

int Parameters::digit_begin(int digit) const {
  return std::accumulate(literal_.digits.begin(), literal_.digits.begin() + digit, 0);
}

int Parameters::digit_count(int level) const {
  int d = 0;
  while (digit_begin(d) <= level) ++d;
  return d;
}

}  // namespace hetal::ckks
