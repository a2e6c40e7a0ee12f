// hetal_cuda_model: what the engine's operations ask of a GPU, counted without one.
#include <array>
#include <chrono>
#include <iomanip>
#include <iostream>

#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "build_info.h"
#include "ckks/key_switching.h"
#include "common/program.h"
#include "device/cuda/cuda_device_impl.h"
#include "cuda/ledger_runtime.h"

namespace {

using namespace hetal;
using bench::ledger;
using bench::LedgerEntry;

/// Of an H100 SXM: bytes per second from memory; and what a launch costs the host, a common figure, measured nowhere
/// here.
constexpr double kBandwidth = 3.35e12, kLaunchSeconds = 2.5e-6;

constexpr char kHelp[] =
    R"(Counts the launches and the bytes of rotation, multiplication and bootstrap, as the CUDA device would execute them.
  ntts        transforms of one limb; a key product whose digits are transformed in it is "ntt and key_switch"
  memory_s    the time of those bytes at 3.35 TB/s (an H100) without a cache: a lower bound for uncached data
  launch_s    the launches at 2.5 us each
  host_s      the time of the host to prepare them, measured here: the GPU waits for launch_s + host_s only
              if they exceed its own time
This is a model: nothing is computed and nothing is measured on a GPU.)";

struct Row {
  std::string operation;
  int level;
  std::map<std::string, LedgerEntry> kernels;
  double host_seconds;
  LedgerEntry total() const {
    LedgerEntry out;
    for (const auto& [name, e] : kernels) out += e;
    return out;
  }
};

/// Keys that are addresses only.
class Model {
 public:
  explicit Model(const std::string& set)
      : context_(ckks::Parameters::named(set), make(set)), evaluator_(context_, keys_), bootstrapper_(context_) {
    const ckks::Parameters& p = context_.parameters();
    keys_.relinearization = key(p.eval_mod_level());
    keys_.from_sparse = key(p.top_level());
    keys_.to_sparse_a = context_.allocate({2, false});
    keys_.to_sparse_b = context_.allocate({2, false});
    for (const auto& [galois, level] : bootstrapper_.galois_levels()) keys_.galois[galois] = key(level);
    keys_.galois[evaluator_.galois_of(1)] = key(p.top_level());
    // Of a sixteenth of the slots to all.
    for (std::uint32_t slots = p.slot_count() / 16; slots <= p.slot_count(); slots *= 2) {
      sparse_.emplace(slots, std::make_unique<bootstrap::SparseBootstrapper>(context_, slots));
      for (const auto& [galois, level] : sparse_.at(slots)->galois_levels()) {
        if (!keys_.galois.contains(galois) || keys_.galois.at(galois).level < level) keys_.galois[galois] = key(level);
      }
    }
    key_bytes_ = static_cast<double>(context_.device().bytes_in_use());
  }

  std::vector<Row> rows() {
    const ckks::Parameters& p = context_.parameters();
    const int level = p.literal().usable_levels, input = p.bootstrap_input_level();
    std::vector<Row> out;
    out.push_back(counted("rotate", level, [&](const auto& a) { evaluator_.rotate(a, 1); }));
    out.push_back(counted("multiply", level, [&](const auto& a) { evaluator_.mul(a, a); }));
    out.push_back(counted("rescale", level, [&](const auto& a) { evaluator_.rescale(a); }));
    out.push_back(counted("bootstrap", input, [&](const auto& a) { bootstrapper_.real(evaluator_, a); }));
    out.push_back(counted("bootstrap_pair", input, [&](const auto& a) { bootstrapper_.pair(evaluator_, a, a); }));
    for (const auto& [slots, sparse] : sparse_) {
      out.push_back(counted(message("bootstrap_", slots), input, [&](const auto& a) { sparse->real(evaluator_, a); }));
      out.push_back(counted(message("bootstrap_pair_", slots / 2), input,
                            [&](const auto& a) { sparse->pair(evaluator_, a, a); }));
    }
    return out;
  }
  const ckks::Parameters& parameters() const { return context_.parameters(); }
  double resident_bytes() const { return key_bytes_; }
  std::size_t peak_bytes() const { return context_.device().bytes_peak(); }

 private:
  static std::unique_ptr<device::Device> make(const std::string& set) {
    const ckks::Parameters p = ckks::Parameters::named(set);
    return std::make_unique<device::cuda::CudaDevice<bench::LedgerRuntime, device::cuda::Fp64>>(
        p.ring_degree(), ckks::Context::moduli_of(p), device::Choice::cpu(0));
  }
  ckks::SwitchingKey key(int level) {
    ckks::SwitchingKey out;
    out.level = level;
    for (int d = 0; d < context_.parameters().digit_count(level); ++d) {
      out.a.push_back(context_.allocate({level + 1, true}));
      out.b.push_back(context_.allocate({level + 1, true}));
    }
    return out;
  }
  template <typename Work>
  Row counted(const std::string& name, int level, const Work& work) {
    ckks::Ciphertext a{{}, level, context_.parameters().scale(level)};
    for (int i = 0; i < 2; ++i) a.parts.push_back(context_.allocate({level + 1, false}));
    work(a);  // constants made at the first use are not the operation's
    ledger().entries.clear();
    work(a);
    Row out{name, level, ledger().entries, 0};
    constexpr int kRepetitions = 20;
    ledger().open = false;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRepetitions; ++i) work(a);
    out.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / kRepetitions;
    ledger().open = true;
    return out;
  }

  ckks::Context context_;
  ckks::EvaluationKeys keys_;
  ckks::Evaluator evaluator_;
  bootstrap::Bootstrapper bootstrapper_;
  std::map<std::uint32_t, std::unique_ptr<bootstrap::SparseBootstrapper>> sparse_;
  double key_bytes_ = 0;
};

void write_table(const std::vector<Row>& rows) {
  std::cout << std::left << std::setw(24) << "operation" << std::right << std::setw(6) << "level" << std::setw(10)
            << "launches" << std::setw(8) << "ntts" << std::setw(12) << "MB" << std::setw(14) << "memory_us"
            << std::setw(14) << "launch_us" << std::setw(14) << "host_us\n";
  std::cout << std::fixed << std::setprecision(1);
  for (const Row& row : rows) {
    const LedgerEntry t = row.total();
    const double bytes = t.bytes_read + t.bytes_written;
    std::cout << std::left << std::setw(24) << row.operation << std::right << std::setw(6) << row.level << std::setw(10)
              << t.launches << std::setw(8) << static_cast<int>(t.ntts) << std::setw(12) << bytes / 1e6 << std::setw(14)
              << bytes / kBandwidth * 1e6 << std::setw(14) << static_cast<double>(t.launches) * kLaunchSeconds * 1e6
              << std::setw(13) << row.host_seconds * 1e6 << "\n";
    for (const auto& [kernel, e] : row.kernels) {
      std::cout << "    " << std::left << std::setw(26) << kernel << std::right << std::setw(10) << e.launches
                << std::setw(8) << static_cast<int>(e.ntts) << std::setw(12) << (e.bytes_read + e.bytes_written) / 1e6
                << std::setw(14) << (e.bytes_read + e.bytes_written) / kBandwidth * 1e6 << "\n";
    }
  }
}

nlohmann::ordered_json to_json(const Model& model, const std::vector<Row>& rows) {
  auto out = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    const LedgerEntry t = row.total();
    nlohmann::ordered_json kernels;
    for (const auto& [kernel, e] : row.kernels) {
      kernels[kernel] = {
          {"launches", e.launches}, {"ntts", e.ntts}, {"bytes_read", e.bytes_read}, {"bytes_written", e.bytes_written}};
    }
    out.push_back({{"name", row.operation},
                   {"parameter_set", model.parameters().name()},
                   {"ring_degree", model.parameters().ring_degree()},
                   {"device", "model, no GPU"},
                   {"commit", HETAL_COMMIT},
                   {"level", row.level},
                   {"launches", t.launches},
                   {"ntts", t.ntts},
                   {"bytes_read", t.bytes_read},
                   {"bytes_written", t.bytes_written},
                   {"memory_s", (t.bytes_read + t.bytes_written) / kBandwidth},
                   {"launch_s", static_cast<double>(t.launches) * kLaunchSeconds},
                   {"host_s", row.host_seconds},
                   {"kernels", kernels}});
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kHelp, "hetal_cuda_model");
  std::string set = "n16_l12", file;
  app.add_option("--set", set, "the parameter set")->capture_default_str();
  app.add_option("--json", file, "also writes the counts to this file as a JSON array");
  return bench::run_program(app, argc, argv, [&] {
    bench::JsonFile json(file);
    Model model(set);
    const auto rows = model.rows();
    write_table(rows);
    std::cout << "\nresident keys, tables and bootstrapping constants: " << model.resident_bytes() / 1e9
              << " GB; with a pair of bootstraps at work: " << static_cast<double>(model.peak_bytes()) / 1e9 << " GB\n";
    json.write(to_json(model, rows));
  });
}
