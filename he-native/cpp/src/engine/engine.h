// The engine behind one Java evaluator: context, keys and bootstrapper. It checks the rules of the Java interface
// (levels, scale degrees, parts, keys) before it computes. org.hetal.he.EvaluatorRules has the same rules with the same
// messages; the checks here serve callers of the native methods that do not use it.
#pragma once

#include <memory>
#include <mutex>

#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "ckks/evaluator.h"
#include "ckks/formats.h"
#include "ckks/key_bundle.h"

namespace hetal::engine {

using ckks::Ciphertext;
using ckks::Plaintext;
using CiphertextList = std::vector<const Ciphertext*>;
using PlaintextList = std::vector<const Plaintext*>;

/// Operations may be called from several threads. org.hetal.he.Evaluator documents them.
class Engine {
 public:
  /// Without keys, the key files are not looked at: they may be missing.
  enum class Keys { all, none };
  /// `manifest_digest`: SHA-256 of the bundle's manifest in hex; empty for any.
  Engine(const std::string& bundle_directory, const device::Choice& device, const std::string& manifest_digest = "",
         Keys keys = Keys::all);

  const ckks::Context& context() const { return context_; }
  const ckks::KeyBundle& keys() const { return keys_; }
  std::string device() const;
  /// The exponent of the canonical scale, 1 or 2.
  int scale_degree(const Ciphertext& a) const;

  Plaintext encode(const std::vector<std::complex<double>>& slots, int level) const;
  Ciphertext add(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext sub(const Ciphertext& a, const Ciphertext& b) const;
  Ciphertext add(const Ciphertext& a, const Plaintext& b) const;
  Ciphertext sub(const Ciphertext& a, const Plaintext& b) const;
  Ciphertext add(const Ciphertext& a, double constant) const;
  Ciphertext multiply_integer(const Ciphertext& a, int factor) const;
  Ciphertext multiply_by_i(const Ciphertext& a) const { return evaluator_.mul_by_i(a); }
  Ciphertext multiply(const Ciphertext& a, double constant) const;
  Ciphertext multiply_sum(const CiphertextList& a, const CiphertextList& b) const;
  Ciphertext multiply_sum(const CiphertextList& a, const PlaintextList& b) const;
  Ciphertext relinearize(const Ciphertext& a);
  Ciphertext rescale(const Ciphertext& a) const;
  /// Both steps with one division.
  Ciphertext relinearize_rescale(const Ciphertext& a);
  Ciphertext drop_to_level(const Ciphertext& a, int level) const;
  Ciphertext rotate(const Ciphertext& a, int steps) const;
  std::vector<Ciphertext> rotate_all(const Ciphertext& a, const std::vector<int>& steps) const;
  Ciphertext conjugate(const Ciphertext& a) const;
  Ciphertext rotate_sum(const Ciphertext& a, const std::vector<int>& steps) const;
  Ciphertext sum_rotated(const CiphertextList& a, const std::vector<int>& steps) const;
  /// Each row has steps.size() factors; null is an absent one.
  std::vector<Ciphertext> multiply_rotated(const Ciphertext& a, const std::vector<int>& steps,
                                           const std::vector<PlaintextList>& factors) const;
  /// `slots` is the period of the slots: N/2, or fewer, which takes the keys of a sparse bootstrap.
  /// For N/2 slots, the keys are those of pairs of all slots where the bundle has them, otherwise those of a sparse
  /// bootstrap of N/2 real slots.
  Ciphertext bootstrap(const Ciphertext& a, int slots);
  /// The keys are those of a bootstrap of 2 `slots`; of N/2 for N/2.
  std::array<Ciphertext, 2> bootstrap_pair(const Ciphertext& a, const Ciphertext& b, int slots);
  Ciphertext zero(int level) const;
  Bytes serialize(const Ciphertext& a) const;
  Ciphertext deserialize(ByteView bytes) const { return ckks::deserialize(context_, bytes, keys_.key_id()); }

 private:
  Engine(const std::string& directory, ckks::Manifest manifest, const device::Choice& device);

  void require_level(int level) const;
  void require_degree_one(const char* what, const Ciphertext& a) const;
  void require_factor(const char* what, const Ciphertext& a) const;
  void require_same(const char* what, const Ciphertext& a, const Ciphertext& b) const;
  void require_refreshable(const Ciphertext& a) const;
  std::vector<std::uint32_t> left_steps(const std::vector<int>& steps) const;
  const bootstrap::Bootstrapper& bootstrapper();
  const bootstrap::SparseBootstrapper& sparse_bootstrapper(std::uint32_t slots);
  bool all_slots(const char* what, int slots, int at_once) const;
  /// Whether the bundle has the rotations of a bootstrap of pairs of all slots.
  bool has_pair_keys() const;

  ckks::Context context_;
  ckks::KeyBundle keys_;
  ckks::Evaluator evaluator_;
  const bool pairs_;
  std::mutex mutex_;
  std::unique_ptr<bootstrap::Bootstrapper> bootstrapper_;
  std::map<std::uint32_t, std::unique_ptr<bootstrap::SparseBootstrapper>> sparse_;  // by slots
};

/// The objects behind the handles of ciphertexts and plaintexts. They keep the engine alive.
struct HeldCiphertext {
  std::shared_ptr<Engine> engine;
  Ciphertext value;
};
struct HeldPlaintext {
  std::shared_ptr<Engine> engine;
  Plaintext value;
};

}  // namespace hetal::engine
