#include "common/suite.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <random>
#include <thread>

#include "base/error.h"
#include "build_info.h"
#include "ckks/key_switching.h"

namespace hetal::bench {
namespace {

using ckks::Ciphertext;
using ckks::RnsPoly;

constexpr int kRepetitions = 15, kAtOnceOnADevice = 20;
/// Fresh ciphertexts and single operations keep more than this; a wrong result has none.
constexpr double kOperationBits = 20;
constexpr double kBootstrapBits = 16;

/// Errors of real and imaginary parts.
struct Errors {
  double worst = 0, sum = 0;
  std::size_t count = 0;
  void add(const Slots& actual, const Slots& expected) {
    for (std::size_t i = 0; i < actual.size(); ++i) {
      for (double e :
           {std::abs(actual[i].real() - expected[i].real()), std::abs(actual[i].imag() - expected[i].imag())}) {
        // A NaN must not pass for a small error.
        worst = std::isfinite(e) ? std::max(worst, e) : HUGE_VAL;
        sum += e;
        ++count;
      }
    }
  }
  double worst_bits() const { return -std::log2(worst); }
  double mean_bits() const { return -std::log2(sum / static_cast<double>(count)); }
};

void verify(const std::string& name, const Slots& actual, const Slots& expected, double bits) {
  Errors errors;
  errors.add(actual, expected);
  if (!(errors.worst_bits() >= bits)) {
    throw NotVerified(message(name, ": expected ", bits, " bits in the worst slot, actual ", errors.worst_bits()));
  }
}

}  // namespace

Suite::Suite(const ckks::Parameters& parameters, const device::Choice& device, bool with_bootstraps)
    : context_(parameters, device),
      secret_(context_, Random::insecure_seed(1)),
      generator_(context_, secret_, Random::insecure_seed(2)),
      evaluator_(context_, keys_),
      encryption_seed_(Random::insecure_seed(3)) {
  const ckks::Parameters& p = context_.parameters();
  keys_.relinearization = generator_.relinearization(p.eval_mod_level());
  if (with_bootstraps) {
    bootstrapper_ = std::make_unique<bootstrap::Bootstrapper>(context_);
    for (const auto& [galois, level] : bootstrapper_->galois_levels())
      keys_.galois[galois] = generator_.galois(galois, level);
    generator_.encapsulation(keys_);
  }
  const std::uint32_t one_step = evaluator_.galois_of(1);
  if (!keys_.galois.contains(one_step))
    keys_.galois[one_step] = generator_.galois(one_step, p.bootstrap_output_level());
  if (device.kind != "cpu") {
    cpu_ = std::make_unique<Suite>(parameters, device::Choice::cpu(device.threads), with_bootstraps);
  }
}

template <typename Body>
double Suite::timed(const Body& body) const {
  const auto start = std::chrono::steady_clock::now();
  body();
  context_.device().synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <typename Body>
Entry Suite::repeated(const std::string& name, int level, const Body& body) const {
  const int at_once = cpu_ ? kAtOnceOnADevice : 1;
  Entry out{name, level, {}, {}};
  timed(body);
  for (int i = 0; i < kRepetitions; ++i) {
    out.seconds.push_back(timed([&] {
                            for (int k = 0; k < at_once; ++k) body();
                          }) /
                          at_once);
  }
  return out;
}

template <typename Work>
void Suite::equal_to_cpu(const std::string& name, const Ciphertext& result, std::uint64_t stream, const Work& work) {
  if (!cpu_) return;
  cpu_->stream_ = stream;
  const Ciphertext expected = work(*cpu_);
  for (std::size_t i = 0; i < expected.parts.size(); ++i) {
    const std::size_t words = static_cast<std::size_t>(context_.limbs(expected.parts[i].basis())) * context_.n();
    std::vector<Word> host[2] = {std::vector<Word>(words), std::vector<Word>(words)};
    context_.device().download(host[0].data(), result.parts[i].data(), words);
    cpu_->context_.device().download(host[1].data(), expected.parts[i].data(), words);
    if (host[0] != host[1]) throw NotVerified(name + ": the device's residues are not the CPU's");
  }
}

Setting Suite::setting() const {
  const ckks::Parameters& p = context_.parameters();
  return {p.name(), context_.device().name(), HETAL_COMMIT, p.ring_degree(), p.log_qp(), context_.device().threads()};
}

Slots Suite::random_slots() {
  std::mt19937_64 random(++stream_);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Slots out(context_.parameters().slot_count());
  for (auto& z : out) z = uniform(random);
  return out;
}

Ciphertext Suite::encrypt(const Slots& slots, int level) {
  return owner::encrypt(context_, secret_, encryption_seed_, ++stream_, slots, level);
}

Slots Suite::decrypt(const Ciphertext& a) const { return owner::decrypt(context_, secret_, a); }

std::vector<Entry> Suite::operations(int level) {
  std::vector<Entry> out{encryption(level), rotation(level), multiplication(level), transform(level)};
  for (Entry& e : key_switch_parts(level)) out.push_back(std::move(e));
  return out;
}

Entry Suite::encryption(int level) {
  const Slots slots = random_slots();
  Ciphertext result;
  Entry out = repeated("encrypt", level, [&] { result = encrypt(slots, level); });
  verify(out.name, decrypt(result), slots, kOperationBits);
  return out;
}

Entry Suite::rotation(int level) {
  const std::uint64_t stream = stream_;
  const Slots slots = random_slots();
  const Ciphertext a = encrypt(slots, level);
  Ciphertext result;
  Entry out = repeated("rotate", level, [&] { result = evaluator_.rotate(a, 1); });
  equal_to_cpu(out.name, result, stream,
               [&](Suite& cpu) { return cpu.evaluator_.rotate(cpu.encrypt(cpu.random_slots(), level), 1); });
  Slots expected = slots;
  std::rotate(expected.begin(), expected.begin() + 1, expected.end());
  verify(out.name, decrypt(result), expected, kOperationBits);
  return out;
}

Entry Suite::multiplication(int level) {
  const std::uint64_t stream = stream_;
  const Slots x = random_slots(), y = random_slots();
  const Ciphertext a = encrypt(x, level), b = encrypt(y, level);
  Ciphertext result;
  Entry out = repeated("multiply", level, [&] { result = evaluator_.mul(a, b); });
  equal_to_cpu(out.name, result, stream, [&](Suite& cpu) {
    const Slots u = cpu.random_slots(), v = cpu.random_slots();
    const Ciphertext c = cpu.encrypt(u, level), d = cpu.encrypt(v, level);
    return cpu.evaluator_.mul(c, d);
  });
  Slots expected(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) expected[i] = x[i] * y[i];
  verify(out.name, decrypt(result), expected, kOperationBits);
  return out;
}

Entry Suite::transform(int level) {
  // The forward and the inverse transform of a message's limbs; seconds are those of one limb one way.
  const Slots slots = random_slots();
  Ciphertext a = encrypt(slots, level);
  const device::Limbs limbs = context_.view(a.parts[0]);
  Entry out = repeated("ntt_one_limb", level, [&] {
    context_.device().intt(limbs);
    context_.device().ntt(limbs);
  });
  for (double& s : out.seconds) s /= 2.0 * limbs.count;
  verify(out.name, decrypt(a), slots, kOperationBits);
  return out;
}

std::vector<Entry> Suite::key_switch_parts(int level) {
  const Slots slots = random_slots();
  const Ciphertext a = encrypt(slots, level);
  const std::uint32_t galois = evaluator_.galois_of(1);
  const ckks::SwitchingKey& key = evaluator_.galois_key(galois, level);
  const ckks::Basis basis{level + 1, true};
  std::vector<RnsPoly> digits;
  std::array<RnsPoly, 2> product{context_.allocate(basis), context_.allocate(basis)};
  std::vector<RnsPoly> down;
  std::vector<Entry> out;
  out.push_back(repeated("key_switch_decompose", level, [&] { digits = evaluator_.decompose(a.parts[1], level); }));
  const ckks::Switch one{&key, 1, &product[0], &product[1], false};
  out.push_back(
      repeated("key_switch_product", level, [&] { ckks::key_switch(evaluator_, digits, level, {}, {&one, 1}); }));
  out.push_back(repeated("key_switch_mod_down", level, [&] {
    const RnsPoly *const sums[] = {&product[0], &product[1]}, *const addends[] = {&a.parts[0], nullptr};
    down = context_.mod_down(sums, 0, addends);
  }));
  Ciphertext result{{}, level, a.scale};
  for (std::size_t i = 0; i < 2; ++i) result.parts.push_back(context_.allocate({level + 1, false}));
  out.push_back(repeated("automorphism", level, [&] {
    for (std::size_t i = 0; i < 2; ++i) {
      context_.device().automorphism(context_.view(result.parts[i]), down[i].data(), galois);
    }
  }));
  Slots expected = slots;
  std::rotate(expected.begin(), expected.begin() + 1, expected.end());
  verify("key switch in parts", decrypt(result), expected, kOperationBits);
  return out;
}

namespace {

struct Times {
  double wall, processor;
};

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// What the rounds of one kind of bootstrap found.
struct Rounds {
  Entry entry;
  Errors errors;

  void add(const Times& times, const Slots& actual, const Slots& expected) {
    entry.seconds.push_back(times.wall);
    entry.processor_seconds.push_back(times.processor);
    errors.add(actual, expected);
  }
};

}  // namespace

Slots Suite::random_slots(std::uint32_t period) {
  Slots out = random_slots();
  for (std::size_t i = period; i < out.size(); ++i) out[i] = out[i - period];
  return out;
}

void Suite::prepare_sparse(std::uint32_t slots) {
  sparse_.emplace(slots, std::make_unique<bootstrap::SparseBootstrapper>(context_, slots));
  for (const auto& [galois, level] : sparse_.at(slots)->galois_levels()) {
    const auto at = keys_.galois.find(galois);
    if (at == keys_.galois.end() || at->second.level < level) keys_.galois[galois] = generator_.galois(galois, level);
  }
  if (cpu_) cpu_->prepare_sparse(slots);
}

std::vector<Entry> Suite::bootstraps(int repetitions, const std::vector<std::uint32_t>& sparse) {
  const int input = context_.parameters().bootstrap_input_level();
  const int levels_left = context_.parameters().bootstrap_output_level() - input;
  for (const std::uint32_t slots : sparse) prepare_sparse(slots);
  const std::uint32_t all = context_.parameters().slot_count();
  const auto both_times = [&](const auto& body) {
    const double start = processor_seconds();
    const double wall = timed(body);
    return Times{wall, processor_seconds() - start};
  };
  const auto named = [&](const std::string& name) { return Rounds{{name, input, {}, {}, {}}, {}}; };
  // A round has each kind once, so that a slow phase of the machine does not favor one of them.
  std::vector<Rounds> rounds;
  rounds.push_back(named("bootstrap"));
  rounds.push_back(named("bootstrap_pair"));
  for (const std::uint32_t slots : sparse) {
    rounds.push_back(named(message("bootstrap_", slots)));
    rounds.push_back(named(message("bootstrap_pair_", slots / 2)));
  }
  // The first of each touches its memory for the first time and does not count.
  for (int i = -1; i < repetitions; ++i) {
    for (std::size_t kind = 0; kind < rounds.size(); kind += 2) {
      const std::uint32_t slots = kind == 0 ? 0 : sparse[kind / 2 - 1];
      const std::uint64_t stream = stream_;
      const Slots x = random_slots(slots == 0 ? all : slots), y = random_slots(slots == 0 ? all : slots / 2),
                  z = random_slots(slots == 0 ? all : slots / 2);
      const Ciphertext a = encrypt(x, input), b = encrypt(y, input), c = encrypt(z, input);
      Ciphertext one;
      std::array<Ciphertext, 2> two;
      const Times one_s = both_times(
          [&] { one = slots == 0 ? bootstrapper_->real(evaluator_, a) : sparse_.at(slots)->real(evaluator_, a); });
      const Times two_s = both_times([&] {
        two = slots == 0 ? bootstrapper_->pair(evaluator_, b, c) : sparse_.at(slots)->pair(evaluator_, b, c);
      });
      const Slots refreshed = decrypt(one), first = decrypt(two[0]), second = decrypt(two[1]);
      Rounds &single = rounds[kind], &pair = rounds[kind + 1];
      verify(single.entry.name, refreshed, x, kBootstrapBits);
      verify(pair.entry.name, first, y, kBootstrapBits);
      verify(pair.entry.name, second, z, kBootstrapBits);
      if (i < 0) {
        equal_to_cpu(single.entry.name, one, stream, [&](Suite& cpu) {
          const Slots again = cpu.random_slots(slots == 0 ? all : slots);
          cpu.random_slots(), cpu.random_slots();
          const Ciphertext same = cpu.encrypt(again, input);
          return slots == 0 ? cpu.bootstrapper_->real(cpu.evaluator_, same)
                            : cpu.sparse_.at(slots)->real(cpu.evaluator_, same);
        });
        continue;
      }
      single.add(one_s, refreshed, x);
      pair.add(two_s, first, y);
      pair.errors.add(second, z);
    }
  }
  std::vector<Entry> out;
  for (Rounds& r : rounds) {
    r.entry.precision = {levels_left, r.errors.mean_bits(), r.errors.worst_bits()};
    out.push_back(std::move(r.entry));
  }
  return out;
}

std::vector<Entry> Suite::bootstrap_and_rotations(int repetitions, int rotations, int level) {
  const int input = context_.parameters().bootstrap_input_level();
  const Slots x = random_slots(), y = random_slots(), z = random_slots();
  const Ciphertext a = encrypt(x, input), b = encrypt(y, input), c = encrypt(z, level);
  std::array<Ciphertext, 2> two;
  Ciphertext rotated;
  const auto bootstrap = [&] { two = bootstrapper_->pair(evaluator_, a, b); };
  const auto rotate = [&] {
    for (int i = 0; i < rotations; ++i) rotated = evaluator_.rotate(c, 1);
  };
  Entry after{message("pair_then_", rotations, "_rotations"), level, {}, {}, {}};
  Entry beside{message("pair_beside_", rotations, "_rotations"), level, {}, {}, {}};
  timed(bootstrap);
  for (int i = 0; i < repetitions; ++i) {
    after.seconds.push_back(timed([&] { bootstrap(), rotate(); }));
    beside.seconds.push_back(timed([&] {
      std::jthread ahead(rotate);
      bootstrap();
    }));
  }
  Slots expected = z;
  std::rotate(expected.begin(), expected.begin() + 1, expected.end());
  verify(beside.name, decrypt(rotated), expected, kOperationBits);
  verify(beside.name, decrypt(two[0]), x, kBootstrapBits);
  verify(beside.name, decrypt(two[1]), y, kBootstrapBits);
  return {after, beside};
}

}  // namespace hetal::bench
