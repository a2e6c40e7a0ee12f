// hetal_bench: the figures of the engine on this machine.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "device/cpu/kernel_paths.h"
#include "kernel_suite.h"
#include "suite.h"

namespace {

constexpr int kOk = 0, kFailed = 1, kUsage = 64, kCannotWrite = 73, kNoDevice = 78;

constexpr char kHelp[] =
    R"(usage: hetal_bench [--set NAME] [--threads T] [--level L] [--repetitions R] [--json FILE] [--operations-only]
                   [--paths all|NAME[,NAME...]] [--kernels] [--device cpu|cuda] [--gpu I] [--library FILE]

  --set NAME          the parameter set (default n16_l12)
  --threads T         threads of the engine, 1 to 1024 (default 1)
  --level L           the level of the single operations (default: the usable levels of the set)
  --repetitions R     bootstraps of each kind, 1 to 100 (default 5)
  --json FILE         also writes the figures as a JSON array
  --operations-only   no bootstraps, and no keys for them
  --paths LIST        several instruction sets of the processor in one table: all that it runs, or those named
                      (default: the one that HETAL_CPU_PATH names, otherwise the fastest)
  --kernels           the kernels of the processor one by one, for every path that it runs; nothing else
  --device KIND       cpu (default) or cuda
  --gpu I             which GPU of those that the process sees (default 0)
  --library FILE      the CUDA library (default: libhetal_cuda.so beside this program, or in lib/ there)

Each operation is timed and its result decrypted, and on a GPU compared with the CPU's, residue by residue; one that is
wrong ends the run with status 1. A device or a path that this machine lacks: status 78.
)";

struct Options {
  std::string set = "n16_l12", json;
  int repetitions = 5, level = -1;
  hetal::device::Choice device = hetal::device::Choice::cpu(1);
  bool bootstraps = true, kernels = false;
  std::vector<std::string> paths;  ///< empty: one run, on the path of `device`
};

int number(std::string_view option, std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  hetal::require<hetal::InvalidArgument>(
      error == std::errc() && end == text.data() + text.size() && value >= low && value <= high, option,
      ": expected a number from ", low, " to ", high, ", actual '", text, "'");
  return value;
}

std::string library_beside(const std::filesystem::path& program) {
  const std::filesystem::path folder = std::filesystem::canonical("/proc/self/exe").parent_path();
  for (const char* place : {"lib/libhetal_cuda.so", "libhetal_cuda.so"}) {
    if (std::filesystem::exists(folder / place)) return folder / place;
  }
  throw hetal::DeviceUnavailable(
      "device cuda: no libhetal_cuda.so beside " + program.string() +
      ": build with nvcc (he-native/cpp/tools/fetch_cuda.sh brings it), or say --library FILE");
}

/// "all", or names separated by commas; each must be a path that this processor runs.
std::vector<std::string> path_list(std::string_view text) {
  std::vector<std::string> out;
  if (text == "all") {
    for (const auto& path : hetal::device::kernel_paths()) {
      if (path.supported()) out.emplace_back(path.name);
    }
    return out;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view name = text.substr(at, comma - at);
    hetal::require<hetal::InvalidArgument>(!name.empty(), "--paths: expected all, or names with commas, actual '", text,
                                           "'");
    out.emplace_back(hetal::device::choose_kernel_path(name).name);
    at = comma + 1;
  }
  return out;
}

Options parse(int argc, char** argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    auto value = [&]() -> std::string_view {
      hetal::require<hetal::InvalidArgument>(i + 1 < argc, option, ": a value is missing");
      return argv[++i];
    };
    if (option == "--set") {
      out.set = value();
    } else if (option == "--json") {
      out.json = value();
    } else if (option == "--threads") {
      out.device.threads = number(option, value(), 1, 1024);
    } else if (option == "--level") {
      out.level = number(option, value(), 1, 1000);
    } else if (option == "--repetitions") {
      out.repetitions = number(option, value(), 1, 100);
    } else if (option == "--device") {
      out.device.kind = value();
    } else if (option == "--gpu") {
      out.device.ordinal = number(option, value(), 0, 1023);
    } else if (option == "--library") {
      out.device.library = value();
    } else if (option == "--paths") {
      out.paths = path_list(value());
    } else if (option == "--kernels") {
      out.kernels = true;
    } else if (option == "--operations-only") {
      out.bootstraps = false;
    } else {
      throw hetal::InvalidArgument("unknown option '" + std::string(option) + "'; --help lists them");
    }
  }
  if (out.device.kind == "cuda" && out.device.library.empty()) out.device.library = library_beside(argv[0]);
  hetal::require<hetal::InvalidArgument>(out.paths.empty() || out.device.kind == "cpu",
                                         "--paths: expected --device cpu, actual ", out.device.kind);
  // Before the minutes that keys take.
  hetal::device::choose_kernel_path(out.device.cpu_path);
  const auto parameters = hetal::ckks::Parameters::named(out.set);
  if (out.level < 0) out.level = parameters.literal().usable_levels;
  hetal::require<hetal::InvalidArgument>(out.level <= parameters.bootstrap_output_level(), "--level: expected at most ",
                                         parameters.bootstrap_output_level(), ", actual ", out.level);
  return out;
}

/// One run for each path, one after the other: only the keys of one are in memory.
std::vector<hetal::bench::Run> measure(const Options& options) {
  std::vector<hetal::bench::Run> out;
  for (const std::string& path : options.paths.empty() ? std::vector<std::string>{{}} : options.paths) {
    hetal::device::Choice device = options.device;
    if (!path.empty()) device.cpu_path = path;
    hetal::bench::Suite suite(options.set, device, options.bootstraps);
    auto entries = suite.operations(options.level);
    if (options.bootstraps) {
      for (auto& entry : suite.bootstraps(options.repetitions)) entries.push_back(std::move(entry));
    }
    out.push_back({suite.setting(), std::move(entries)});
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && (std::string_view(argv[1]) == "--help" || std::string_view(argv[1]) == "-h")) {
    std::cout << kHelp;
    return kOk;
  }
  try {
    const Options options = parse(argc, argv);
    std::ofstream json;
    if (!options.json.empty()) {
      // Before the work, so that a path that cannot be written is known at once.
      json.open(options.json);
      if (!json) {
        std::cerr << "hetal_bench: --json: cannot write " << options.json << "\n";
        return kCannotWrite;
      }
    }
    if (options.set.rfind("insecure_", 0) == 0) std::cerr << "WARNING: " << options.set << " protects nothing\n";
    const auto runs = options.kernels ? hetal::bench::kernels(hetal::ckks::Parameters::named(options.set).ring_degree())
                                      : measure(options);
    if (runs.size() == 1) {
      hetal::bench::write_table(std::cout, runs.front());
    } else {
      hetal::bench::write_comparison(std::cout, runs);
    }
    if (!options.json.empty()) {
      hetal::bench::write_json(json, runs);
      json.close();
      if (!json) {
        std::cerr << "hetal_bench: --json: writing " << options.json << " failed\n";
        return kCannotWrite;
      }
    }
  } catch (const hetal::InvalidArgument& error) {
    std::cerr << "hetal_bench: " << error.what() << "\n";
    return kUsage;
  } catch (const hetal::DeviceUnavailable& error) {
    std::cerr << "hetal_bench: " << error.what() << "\n";
    return kNoDevice;
  } catch (const std::exception& error) {
    std::cerr << "hetal_bench: " << error.what() << "\n";
    return kFailed;
  }
  return kOk;
}
