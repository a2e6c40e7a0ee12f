// hetal_bench: the figures of the engine on this machine.
#include <filesystem>
#include <iostream>
#include <string>

#include "common/program.h"
#include "common/suite.h"
#include "device/cpu/kernel_paths.h"
#include "engine/kernel_suite.h"

namespace {

constexpr char kHelp[] =
    R"(Times the operations of the engine. Each result is decrypted, and on a GPU compared with the CPU's, residue by residue.
A wrong result ends the run with status 1. A device or an instruction set that this machine lacks: status 78.)";

struct Options {
  std::string set = "n16_l12", json;
  int repetitions = 5, level = -1, rotations = 0;
  int usable_levels = 0, special_primes = 0;  ///< 0: those of the set
  std::vector<int> digits;                    ///< empty: those of the set
  hetal::device::Choice device = hetal::device::Choice::cpu(1);
  bool operations_only = false, kernels = false;
  std::vector<std::uint32_t> sparse;
  std::vector<std::string> paths;  ///< empty: one run, on the path of `device`
};

void declare(CLI::App& app, Options& out) {
  app.add_option("--set", out.set, "the parameter set")->capture_default_str();
  app.add_option(
         "--usable-levels", out.usable_levels,
         "instead of the set a variant of it with so many levels between two bootstraps; for the choice of sets")
      ->check(CLI::Range(1, 100));
  app.add_option("--special-primes", out.special_primes, "of the variant")
      ->check(CLI::Range(1, 100))
      ->needs("--usable-levels");
  app.add_option("--digits", out.digits, "limbs of each digit of the variant, from the bottom, separated by commas")
      ->delimiter(',')
      ->check(CLI::Range(1, 100))
      ->needs("--usable-levels");
  app.add_option("--threads", out.device.threads, "threads of the engine")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--level", out.level, "the level of the single operations (default: the usable levels of the set)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--repetitions", out.repetitions, "bootstraps of each kind")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--json", out.json, "also writes the figures to this file as a JSON array");
  app.add_option("--sparse", out.sparse, "also sparse bootstraps of these numbers of real slots, separated by commas")
      ->delimiter(',');
  app.add_option("--rotations", out.rotations,
                 "also a bootstrap of two vectors with that many rotations after it, and beside it on another thread")
      ->check(CLI::Range(1, 1000));
  app.add_flag("--operations-only", out.operations_only, "no bootstraps, and no keys for them");
  app.add_option("--paths", out.paths,
                 "instruction sets of the processor in one table: all, or names separated by commas (default: the one "
                 "that HETAL_CPU_PATH names, otherwise the fastest)")
      ->delimiter(',');
  app.add_flag("--kernels", out.kernels,
               "only the kernels of the processor one by one, for every path that the processor runs");
  app.add_option("--device", out.device.kind, "cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--gpu", out.device.ordinal, "which GPU of those that the process sees")
      ->check(CLI::Range(0, 1023))
      ->capture_default_str();
  app.add_option("--library", out.device.library,
                 "the CUDA library (default: libhetal_cuda.so beside this program, or in lib/ there)");
}

std::string library_beside_program() {
  const std::filesystem::path folder = std::filesystem::canonical("/proc/self/exe").parent_path();
  for (const char* place : {"lib/libhetal_cuda.so", "libhetal_cuda.so"}) {
    if (std::filesystem::exists(folder / place)) return folder / place;
  }
  throw hetal::DeviceUnavailable(
      "device cuda: no libhetal_cuda.so in " + folder.string() +
      ": build with nvcc (he-native/cpp/tools/fetch_cuda.sh brings it), or give --library FILE");
}

/// The paths that the option names, each of which this processor must run.
std::vector<std::string> named_paths(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    if (name == "all") {
      for (const auto& path : hetal::device::kernel_paths()) {
        if (path.supported()) out.emplace_back(path.name);
      }
    } else {
      out.emplace_back(hetal::device::choose_kernel_path(name).name);
    }
  }
  return out;
}

/// The set, or the variant of it that the options describe.
hetal::ckks::Parameters parameters_of(const Options& options) {
  const auto set = hetal::ckks::Parameters::named(options.set);
  if (options.usable_levels == 0) return set;
  hetal::ckks::ParameterLiteral variant = set.literal();
  variant.name += hetal::message("_with_", options.usable_levels, "_levels");
  variant.usable_levels = options.usable_levels;
  if (options.special_primes > 0) variant.special_primes = options.special_primes;
  if (!options.digits.empty()) variant.digits = options.digits;
  return hetal::ckks::Parameters(variant);
}

/// Checks everything before the minutes that keys take, and fills in what was left out. Returns the parameters.
hetal::ckks::Parameters resolve(Options& options) {
  options.paths = named_paths(options.paths);
  if (options.device.kind == "cuda" && options.device.library.empty()) {
    options.device.library = library_beside_program();
  }
  hetal::require<hetal::InvalidArgument>(options.rotations == 0 || !options.operations_only,
                                         "--rotations: expected no --operations-only");
  hetal::require<hetal::InvalidArgument>(options.paths.empty() || options.device.kind == "cpu",
                                         "--paths: expected --device cpu, actual ", options.device.kind);
  hetal::device::choose_kernel_path(options.device.cpu_path);
  auto parameters = parameters_of(options);
  for (const std::uint32_t slots : options.sparse) hetal::bootstrap::sparse_rotation_levels(parameters, slots);
  if (options.level < 0) options.level = parameters.literal().usable_levels;
  hetal::require<hetal::InvalidArgument>(options.level <= parameters.bootstrap_output_level(),
                                         "--level: expected at most ", parameters.bootstrap_output_level(), ", actual ",
                                         options.level);
  return parameters;
}

/// One run for each path, one after the other: only the keys of one are in memory.
std::vector<hetal::bench::Run> measure(const Options& options, const hetal::ckks::Parameters& parameters) {
  std::vector<hetal::bench::Run> out;
  for (const std::string& path : options.paths.empty() ? std::vector<std::string>{{}} : options.paths) {
    hetal::device::Choice device = options.device;
    if (!path.empty()) device.cpu_path = path;
    hetal::bench::Suite suite(parameters, device, !options.operations_only);
    auto entries = suite.operations(options.level);
    if (!options.operations_only) {
      for (auto& entry : suite.bootstraps(options.repetitions, options.sparse)) entries.push_back(std::move(entry));
    }
    if (options.rotations > 0) {
      for (auto& entry : suite.bootstrap_and_rotations(options.repetitions, options.rotations, options.level)) {
        entries.push_back(std::move(entry));
      }
    }
    out.push_back({suite.setting(), std::move(entries)});
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kHelp, "hetal_bench");
  Options options;
  declare(app, options);
  return hetal::bench::run_program(app, argc, argv, [&] {
    const auto parameters = resolve(options);
    hetal::bench::JsonFile json(options.json);
    if (options.set.rfind("insecure_", 0) == 0) std::cerr << "WARNING: " << options.set << " protects nothing\n";
    const auto runs = options.kernels ? hetal::bench::kernels(parameters.ring_degree()) : measure(options, parameters);
    if (runs.size() == 1) {
      hetal::bench::write_table(std::cout, runs.front());
    } else {
      hetal::bench::write_comparison(std::cout, runs);
    }
    json.write(hetal::bench::to_json(runs));
  });
}
