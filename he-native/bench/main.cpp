// hetal_bench: the figures of the engine on this machine.
#include <charconv>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "suite.h"

namespace {

constexpr int kOk = 0, kFailed = 1, kUsage = 64, kCannotWrite = 73;

constexpr char kHelp[] =
    R"(usage: hetal_bench [--set NAME] [--threads T] [--level L] [--repetitions R] [--json FILE] [--operations-only]

  --set NAME          the parameter set (default n16_l12)
  --threads T         threads of the engine, 1 to 1024 (default 1)
  --level L           the level of the single operations (default: the usable levels of the set)
  --repetitions R     bootstraps of each kind, 1 to 100 (default 5)
  --json FILE         also writes the figures as a JSON array
  --operations-only   no bootstraps, and no keys for them

Each operation is timed and its result decrypted; one that is wrong ends the run with status 1.
)";

struct Options {
  std::string set = "n16_l12", json;
  int threads = 1, repetitions = 5, level = -1;
  bool bootstraps = true;
};

int number(std::string_view option, std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  hetal::require<hetal::InvalidArgument>(
      error == std::errc() && end == text.data() + text.size() && value >= low && value <= high, option,
      ": expected a number from ", low, " to ", high, ", actual '", text, "'");
  return value;
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
      out.threads = number(option, value(), 1, 1024);
    } else if (option == "--level") {
      out.level = number(option, value(), 1, 1000);
    } else if (option == "--repetitions") {
      out.repetitions = number(option, value(), 1, 100);
    } else if (option == "--operations-only") {
      out.bootstraps = false;
    } else {
      throw hetal::InvalidArgument("unknown option '" + std::string(option) + "'; --help lists them");
    }
  }
  const auto parameters = hetal::ckks::Parameters::named(out.set);
  if (out.level < 0) out.level = parameters.literal().usable_levels;
  hetal::require<hetal::InvalidArgument>(out.level <= parameters.bootstrap_output_level(), "--level: expected at most ",
                                         parameters.bootstrap_output_level(), ", actual ", out.level);
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
    hetal::bench::Suite suite(options.set, options.threads, options.bootstraps);
    auto entries = suite.operations(options.level);
    if (options.bootstraps) {
      for (auto& entry : suite.bootstraps(options.repetitions)) entries.push_back(std::move(entry));
    }
    hetal::bench::write_table(std::cout, suite.setting(), entries);
    if (!options.json.empty()) {
      hetal::bench::write_json(json, suite.setting(), entries);
      json.close();
      if (!json) {
        std::cerr << "hetal_bench: --json: writing " << options.json << " failed\n";
        return kCannotWrite;
      }
    }
  } catch (const hetal::InvalidArgument& error) {
    std::cerr << "hetal_bench: " << error.what() << "\n";
    return kUsage;
  } catch (const std::exception& error) {
    std::cerr << "hetal_bench: " << error.what() << "\n";
    return kFailed;
  }
  return kOk;
}
