// openfhe_bench: the same operations on the engine and on OpenFHE, on the same machine, one after the other.
#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <random>
#include <string_view>

#include "base/error.h"
#include "build_info.h"
#include "common/program.h"
#include "common/suite.h"
#include "openfhe/keys.h"
#include "openfhe/operations.h"
#include "openfhe/secret.h"

namespace {

using hetal::bench::Entry;
using hetal::bench::Setting;
using hetal::bench::Slots;
namespace he = hetal::openfhe;

constexpr char kHelp[] =
    R"(The same operations on the engine and on OpenFHE, on one thread each: OpenFHE's wheel has no threads of its own.
Each result is decrypted. A wrong result ends the run with status 1.)";

constexpr char kSets[] =
    "n16: the engine's n16_l12 beside OpenFHE at N = 2^16, 128-bit by its own table, with 59-bit scales (12 GB, three "
    "minutes); n16_deep: the same with 48-bit scales, so that OpenFHE too has 12 levels between bootstraps; "
    "insecure_n12: toys of N = 2^12, for a quick look";

/// An engine's set and the OpenFHE settings put beside it; the level of the single operations is the same for both.
struct Match {
  const char* engine_set;
  he::Settings openfhe;
  std::uint32_t budget;
  int level;
};

const std::map<std::string_view, Match>& matches() {
  using he::Secret;
  // Security, precision and levels: log2(QP) at most 1747 for 128 bits at N = 2^16. With 59-bit scales five levels
  // remain above the bootstrap; with 48-bit scales 13, of which the bootstrap takes one.
  static const std::map<std::string_view, Match> all{
      {"n16", {"n16_l12", {1 << 16, 21, 59, 60, 4, Secret::kSparseEncapsulated, 128}, 3, 12}},
      {"n16_deep", {"n16_l12", {1 << 16, 29, 48, 50, 6, Secret::kSparseEncapsulated, 128}, 3, 12}},
      {"insecure_n12", {"insecure_n12_l12", {1 << 12, 21, 59, 60, 4, Secret::kSparseEncapsulated, 0}, 3, 12}},
  };
  return all;
}

struct Options {
  std::string set = "n16", json;
  int repetitions = 5, bootstraps = 1;
};

void declare(CLI::App& app, Options& out) {
  app.add_option("--set", out.set, kSets)
      ->check(CLI::IsMember({"n16", "n16_deep", "insecure_n12"}))
      ->capture_default_str();
  app.add_option("--repetitions", out.repetitions, "of encryption, rotation and multiplication")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--bootstraps", out.bootstraps, "0 makes no bootstrap keys")
      ->check(CLI::Range(0, 20))
      ->capture_default_str();
  app.add_option("--json", out.json, "also writes the figures to this file as a JSON array");
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// OpenFHE's keys and the timed operations.
class OpenFheSuite {
 public:
  OpenFheSuite(const Match& match, bool with_bootstraps)
      : match_(match), context_(he::make_context(match.openfhe)), scale_(std::exp2(match.openfhe.scaling_bits)) {
    if (with_bootstraps) he::bootstrap_setup(context_, match.budget, match.budget, 0, 0);
    keys_ = context_->KeyGen();
    context_->EvalMultKeyGen(keys_.secretKey);
    context_->EvalRotateKeyGen(keys_.secretKey, {1});
    if (with_bootstraps) context_->EvalBootstrapKeyGen(keys_.secretKey, slots());
  }
  ~OpenFheSuite() { he::release_context(context_); }

  Setting setting() const {
    return {message("openfhe_n", std::log2(match_.openfhe.ring_degree), "_scale", match_.openfhe.scaling_bits),
            "openfhe " + he::version(),
            HETAL_COMMIT,
            match_.openfhe.ring_degree,
            he::log_qp(context_),
            1};
  }

  std::vector<Entry> operations(int repetitions) {
    const Slots x = random(1), y = random(2);
    const auto a = encrypt(x, match_.level), b = encrypt(y, match_.level);
    Slots product(x.size()), rotated = x;
    for (std::size_t i = 0; i < x.size(); ++i) product[i] = x[i] * y[i];
    std::rotate(rotated.begin(), rotated.begin() + 1, rotated.end());
    const std::vector<int> one{1};
    const std::vector<he::Ciphertext> left{a}, right{b};
    std::vector<Entry> out;
    out.push_back(repeated("encrypt", repetitions, x, [&] { return encrypt(x, match_.level); }));
    out.push_back(repeated("rotate", repetitions, rotated, [&] { return he::rotate_all(context_, a, one, 1)[0]; }));
    out.push_back(repeated("multiply", repetitions, product, [&] {
      return he::rescale(context_, he::relinearize(context_, he::multiply_sum(context_, left, right)));
    }));
    return out;
  }

  Entry bootstrap(int repetitions) {
    Entry out{"bootstrap", 1, {}, {}};
    double worst = 0, sum = 0;
    int level = 0;
    for (int i = 0; i < repetitions; ++i) {
      const Slots x = random(3 + static_cast<unsigned>(i));
      const auto a = encrypt(x, 1);
      const auto start = std::chrono::steady_clock::now();
      const auto fresh = he::bootstrap(context_, a);
      out.seconds.push_back(seconds_since(start));
      level = he::level(fresh);
      const Slots actual = he::decrypt(context_, keys_.secretKey, fresh, scale_);
      for (std::size_t j = 0; j < x.size(); ++j) {
        const double error = std::abs(actual[j].real() - x[j].real());
        worst = std::max(worst, error);
        sum += error / static_cast<double>(x.size() * static_cast<std::size_t>(repetitions));
      }
    }
    if (!(worst < 0.25)) throw std::runtime_error("OpenFHE: bootstrap: not verified by decryption");
    out.precision = {level - 1, -std::log2(sum), -std::log2(worst)};
    return out;
  }

 private:
  std::uint32_t slots() const { return match_.openfhe.ring_degree / 2; }

  Slots random(unsigned seed) const {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    Slots out(slots());
    for (auto& z : out) z = uniform(generator);
    return out;
  }

  he::Ciphertext encrypt(const Slots& x, int level) const {
    return context_->Encrypt(keys_.secretKey, he::encode(context_, x, scale_, static_cast<std::size_t>(level) + 1));
  }

  template <typename Body>
  Entry repeated(const char* name, int repetitions, const Slots& expected, const Body& body) const {
    he::Ciphertext result = body();
    Entry out{name, match_.level, {}, {}};
    for (int i = 0; i < repetitions; ++i) {
      const auto start = std::chrono::steady_clock::now();
      result = body();
      out.seconds.push_back(seconds_since(start));
    }
    const Slots actual = he::decrypt(context_, keys_.secretKey, result, scale_);
    double worst = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) worst = std::max(worst, std::abs(actual[i] - expected[i]));
    if (!(worst < 0x1p-20)) throw std::runtime_error(message("OpenFHE: ", name, ": not verified by decryption"));
    return out;
  }

  template <typename... Parts>
  static std::string message(const Parts&... parts) {
    return hetal::message(parts...);
  }

  const Match& match_;
  he::Context context_;
  double scale_;
  lbcrypto::KeyPair<he::Polynomial> keys_;
};

void write_ratios(std::ostream& out, const std::vector<Entry>& engine, const std::vector<Entry>& openfhe) {
  out << "\n"
      << std::left << std::setw(12) << "operation" << std::right << std::setw(14) << "engine" << std::setw(14)
      << "OpenFHE" << std::setw(10) << "ratio" << "\n";
  for (std::size_t i = 0; i < engine.size(); ++i) {
    const double ours = engine[i].median(), theirs = openfhe[i].median();
    out << std::left << std::setw(12) << engine[i].name << std::right << std::fixed << std::setprecision(4)
        << std::setw(12) << ours << " s" << std::setw(12) << theirs << " s" << std::setprecision(1) << std::setw(10)
        << theirs / ours << "\n";
  }
}

std::vector<Entry> engine_entries(const Match& match, int bootstraps, Setting& setting) {
  hetal::bench::Suite suite(hetal::ckks::Parameters::named(match.engine_set), hetal::device::Choice::cpu(1),
                            bootstraps > 0);
  setting = suite.setting();
  const auto all = suite.operations(match.level);
  std::vector<Entry> out;
  for (const char* name : {"encrypt", "rotate", "multiply"}) {
    for (const Entry& entry : all) {
      if (entry.name == name) out.push_back(entry);
    }
  }
  if (bootstraps > 0) {
    for (Entry& entry : suite.bootstraps(bootstraps, {})) {
      if (entry.name == "bootstrap") out.push_back(std::move(entry));
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kHelp, "openfhe_bench");
  Options options;
  declare(app, options);
  return hetal::bench::run_program(app, argc, argv, [&] {
    hetal::bench::JsonFile json(options.json);
    const Match& match = matches().at(options.set);
    if (match.openfhe.security_bits == 0) std::cerr << "WARNING: " << options.set << " protects nothing\n";
    Setting ours;
    const auto engine = engine_entries(match, options.bootstraps, ours);  // its memory is free again
    OpenFheSuite suite(match, options.bootstraps > 0);
    auto openfhe = suite.operations(options.repetitions);
    if (options.bootstraps > 0) openfhe.push_back(suite.bootstrap(options.bootstraps));
    const std::vector<hetal::bench::Run> runs{{ours, engine}, {suite.setting(), openfhe}};
    for (const hetal::bench::Run& run : runs) {
      hetal::bench::write_table(std::cout, run);
      std::cout << "\n";
    }
    write_ratios(std::cout, engine, openfhe);
    json.write(hetal::bench::to_json(runs));
  });
}
