#include "engine/engine.h"

#include <bit>
#include <cmath>

#include "ckks/key_switching.h"

namespace hetal::engine {
namespace {

constexpr int kLargestInteger = 1 << 20;

void require_two_parts(const char* what, const Ciphertext& a) {
  require<InvalidArgument>(a.parts.size() == 2, what, ": expected 2 parts, actual ", a.parts.size());
}

void require_finite(double constant) {
  require<InvalidArgument>(std::isfinite(constant), "constant: expected a finite value, actual ", constant);
}

void require_equal_levels(const char* what, int a, int b) {
  require<LevelError>(a == b, what, ": expected equal levels, actual ", a, " and ", b);
}

void require_terms(const char* what, std::size_t a, std::size_t b) {
  require<InvalidArgument>(a == b && a > 0, what, ": expected equal numbers of terms, at least 1; actual ", a, " and ",
                           b);
}

ckks::Manifest selected(ckks::Manifest manifest, Engine::Keys keys) {
  if (keys == Engine::Keys::none) manifest.keys.clear();
  return manifest;
}

}  // namespace

Engine::Engine(const std::string& bundle_directory, const device::Choice& device, const std::string& manifest_digest,
               Keys keys)
    : Engine(bundle_directory, selected(ckks::read_manifest(bundle_directory, manifest_digest), keys), device) {}

Engine::Engine(const std::string& directory, ckks::Manifest manifest, const device::Choice& device)
    : context_(ckks::Parameters::named(manifest.parameter_set), device),
      keys_(context_, directory, std::move(manifest)),
      evaluator_(context_, keys_),
      pairs_(has_pair_keys()) {}

std::string Engine::device() const { return message(context_.device().name(), " x", context_.device().threads()); }

int Engine::scale_degree(const Ciphertext& a) const { return a.scale == context_.parameters().scale(a.level) ? 1 : 2; }

void Engine::require_level(int level) const {
  const int highest = context_.parameters().bootstrap_output_level();
  require<LevelError>(level >= 0 && level <= highest, "level: expected 0 to ", highest, ", actual ", level);
}

void Engine::require_degree_one(const char* what, const Ciphertext& a) const {
  require<ScaleError>(scale_degree(a) == 1, what, ": expected scale degree 1, actual ", scale_degree(a));
}

void Engine::require_factor(const char* what, const Ciphertext& a) const {
  require_degree_one(what, a);
  require<LevelError>(a.level > 0, what, ": expected a level of at least 1, actual ", a.level);
}

void Engine::require_same(const char* what, const Ciphertext& a, const Ciphertext& b) const {
  require_equal_levels(what, a.level, b.level);
  require<ScaleError>(scale_degree(a) == scale_degree(b), what, ": expected equal scale degrees, actual ",
                      scale_degree(a), " and ", scale_degree(b));
}

void Engine::require_refreshable(const Ciphertext& a) const {
  require_degree_one("bootstrap", a);
  require_two_parts("bootstrap", a);
  const int lowest = context_.parameters().bootstrap_input_level();
  require<LevelError>(a.level >= lowest, "bootstrap: expected a level of at least ", lowest, ", actual ", a.level);
}

std::vector<std::uint32_t> Engine::left_steps(const std::vector<int>& steps) const {
  const int slots = static_cast<int>(context_.parameters().slot_count());
  std::vector<std::uint32_t> out;
  for (int s : steps) out.push_back(static_cast<std::uint32_t>((s % slots + slots) % slots));
  return out;
}

const bootstrap::Bootstrapper& Engine::bootstrapper() {
  keys_.require_relinearization(context_.parameters().eval_mod_level());
  keys_.require_encapsulation();
  require<MissingKey>(pairs_, "expected the keys of pairs of all slots, actual those of single ciphertexts");
  std::lock_guard lock(mutex_);
  if (!bootstrapper_) bootstrapper_ = std::make_unique<bootstrap::Bootstrapper>(context_);
  return *bootstrapper_;
}

const bootstrap::SparseBootstrapper& Engine::sparse_bootstrapper(std::uint32_t slots) {
  const ckks::Parameters& p = context_.parameters();
  keys_.require_relinearization(p.eval_mod_level());
  keys_.require_encapsulation();
  for (const auto& [steps, level] : bootstrap::sparse_rotation_levels(p, slots)) {
    evaluator_.galois_key(evaluator_.galois_of(steps), level);
  }
  std::lock_guard lock(mutex_);
  auto& out = sparse_[slots];
  if (!out) out = std::make_unique<bootstrap::SparseBootstrapper>(context_, slots);
  return *out;
}

bool Engine::has_pair_keys() const {
  for (const auto& [steps, level] : bootstrap::rotation_levels(context_.parameters())) {
    if (keys_.galois_level(evaluator_.galois_of(steps)) < level) return false;
  }
  return true;
}

bool Engine::all_slots(const char* what, int slots, int at_once) const {
  const int all = static_cast<int>(context_.parameters().slot_count());
  const int fewest = static_cast<int>(bootstrap::fewest_sparse_slots(context_.parameters())) / at_once;
  if (slots == all) return true;
  require<InvalidArgument>(slots >= fewest && slots < all && std::has_single_bit(static_cast<std::uint32_t>(slots)),
                           what, ": slots: expected a power of two of ", fewest, " to ", all, ", actual ", slots);
  return false;
}

Plaintext Engine::encode(const std::vector<std::complex<double>>& slots, int level) const {
  require_level(level);
  return evaluator_.encode(slots, level, context_.parameters().scale(level));
}

Ciphertext Engine::add(const Ciphertext& a, const Ciphertext& b) const {
  require_same("add", a, b);
  return evaluator_.add(a, b);
}

Ciphertext Engine::sub(const Ciphertext& a, const Ciphertext& b) const {
  require_same("sub", a, b);
  return evaluator_.sub(a, b);
}

Ciphertext Engine::add(const Ciphertext& a, const Plaintext& b) const {
  require_equal_levels("add", a.level, b.level);
  require_degree_one("add", a);
  return evaluator_.add_plain(a, b);
}

Ciphertext Engine::sub(const Ciphertext& a, const Plaintext& b) const {
  require_equal_levels("sub", a.level, b.level);
  require_degree_one("sub", a);
  return evaluator_.sub_plain(a, b);
}

Ciphertext Engine::add(const Ciphertext& a, double constant) const {
  require_finite(constant);
  return evaluator_.add_constant(a, constant);
}

Ciphertext Engine::multiply_integer(const Ciphertext& a, int factor) const {
  require<InvalidArgument>(factor >= -kLargestInteger && factor <= kLargestInteger,
                           "integer factor: expected a magnitude of at most 2^20, actual ", factor);
  return evaluator_.mul_integer(a, factor);
}

Ciphertext Engine::multiply(const Ciphertext& a, double constant) const {
  require_finite(constant);
  require_factor("multiply", a);
  return evaluator_.mul_constant(a, constant, context_.parameters().scale(a.level));
}

Ciphertext Engine::multiply_sum(const CiphertextList& a, const CiphertextList& b) const {
  require_terms("multiplySum", a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (const Ciphertext* x : {a[i], b[i]}) {
      require_factor("multiply", *x);
      require_two_parts("multiply", *x);
      require_equal_levels("multiply", a[0]->level, x->level);
    }
  }
  return evaluator_.tensor_sum(a, b);
}

Ciphertext Engine::multiply_sum(const CiphertextList& a, const PlaintextList& b) const {
  require_terms("multiplySumPlain", a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    require_factor("multiply", *a[i]);
    for (int level : {a[i]->level, b[i]->level}) { require_equal_levels("multiply", a[0]->level, level); }
  }
  return evaluator_.mul_plain_sum(a, b);
}

Ciphertext Engine::relinearize(const Ciphertext& a) {
  if (a.parts.size() == 3) keys_.require_relinearization(a.level);
  return evaluator_.relinearize(a);
}

Ciphertext Engine::rescale(const Ciphertext& a) const {
  require<LevelError>(a.level > 0, "rescale: expected a level of at least 1, actual ", a.level);
  require<ScaleError>(scale_degree(a) == 2, "rescale: expected scale degree 2, actual ", scale_degree(a));
  return evaluator_.rescale(a);
}

Ciphertext Engine::relinearize_rescale(const Ciphertext& a) {
  require<LevelError>(a.level > 0, "rescale: expected a level of at least 1, actual ", a.level);
  require<ScaleError>(scale_degree(a) == 2, "rescale: expected scale degree 2, actual ", scale_degree(a));
  if (a.parts.size() == 3) keys_.require_relinearization(a.level);
  return ckks::relinearize_and_rescale(evaluator_, a);
}

Ciphertext Engine::drop_to_level(const Ciphertext& a, int level) const {
  require_degree_one("dropToLevel", a);
  require<LevelError>(level >= 0 && level <= a.level, "dropToLevel: expected a level of 0 to ", a.level, ", actual ",
                      level);
  return evaluator_.drop_to_level(a, level);
}

Ciphertext Engine::rotate(const Ciphertext& a, int steps) const {
  require_two_parts("rotate", a);
  return evaluator_.rotate(a, left_steps({steps})[0]);
}

std::vector<Ciphertext> Engine::rotate_all(const Ciphertext& a, const std::vector<int>& steps) const {
  require_two_parts("rotateAll", a);
  if (steps.empty()) return {};
  return evaluator_.rotate_all(a, left_steps(steps));
}

Ciphertext Engine::conjugate(const Ciphertext& a) const {
  require_two_parts("conjugate", a);
  return evaluator_.conjugate(a);
}

Ciphertext Engine::rotate_sum(const Ciphertext& a, const std::vector<int>& steps) const {
  require_terms("rotateSum", steps.size(), steps.size());
  require_two_parts("rotateSum", a);
  return evaluator_.rotate_sum(a, left_steps(steps));
}

Ciphertext Engine::sum_rotated(const CiphertextList& a, const std::vector<int>& steps) const {
  require_terms("sumRotated", a.size(), steps.size());
  for (const Ciphertext* x : a) {
    require_two_parts("sumRotated", *x);
    require_same("sumRotated", *a[0], *x);
  }
  return evaluator_.sum_rotated(a, left_steps(steps));
}

std::vector<Ciphertext> Engine::multiply_rotated(const Ciphertext& a, const std::vector<int>& steps,
                                                 const std::vector<PlaintextList>& factors) const {
  require_factor("multiplyRotated", a);
  require_two_parts("multiplyRotated", a);
  for (const PlaintextList& row : factors) {
    require_terms("multiplyRotated", row.size(), steps.size());
    bool none = true;
    for (const Plaintext* factor : row) {
      if (factor == nullptr) continue;
      require_equal_levels("multiplyRotated", a.level, factor->level);
      none = false;
    }
    require<InvalidArgument>(!none, "multiplyRotated: expected at least 1 factor in each row, actual none");
  }
  return evaluator_.multiply_rotated(a, left_steps(steps), factors);
}

Ciphertext Engine::bootstrap(const Ciphertext& a, int slots) {
  require_refreshable(a);
  if (all_slots("bootstrap", slots, 1) && pairs_) return bootstrapper().real(evaluator_, a);
  return sparse_bootstrapper(static_cast<std::uint32_t>(slots)).real(evaluator_, a);
}

std::array<Ciphertext, 2> Engine::bootstrap_pair(const Ciphertext& a, const Ciphertext& b, int slots) {
  require_equal_levels("bootstrapPair", a.level, b.level);
  require_refreshable(a);
  require_refreshable(b);
  if (all_slots("bootstrapPair", slots, 2)) return bootstrapper().pair(evaluator_, a, b);
  return sparse_bootstrapper(2 * static_cast<std::uint32_t>(slots)).pair(evaluator_, a, b);
}

Ciphertext Engine::zero(int level) const {
  require_level(level);
  Ciphertext out{{}, level, context_.parameters().scale(level)};
  for (int i = 0; i < 2; ++i) out.parts.push_back(context_.zero({level + 1, false}));
  return out;
}

Bytes Engine::serialize(const Ciphertext& a) const {
  require_degree_one("serialize", a);
  require_two_parts("serialize", a);
  return ckks::serialize(context_, a, keys_.key_id());
}

}  // namespace hetal::engine
