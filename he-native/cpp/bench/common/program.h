// What every benchmark program does alike: options, exit codes, the JSON file.
#pragma once

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"

namespace hetal::bench {

/// Exit codes, as those of the Java commands.
enum ExitCode { kOk = 0, kFailed = 1, kUsage = 64, kCannotWrite = 73, kNoDevice = 78 };

/// A file for the figures, opened before the work so that a path that cannot be written is known at once.
class JsonFile {
 public:
  class CannotWrite : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
  };

  /// An empty path: no file. Throws CannotWrite.
  explicit JsonFile(const std::string& path) : path_(path) {
    if (path_.empty()) return;
    out_.open(path_);
    check();
  }

  /// Writes an array with one element per line. Throws CannotWrite.
  void write(const nlohmann::ordered_json& array) {
    if (path_.empty()) return;
    const char* separator = "[\n  ";
    for (const auto& element : array) {
      out_ << separator << element.dump();
      separator = ",\n  ";
    }
    out_ << "\n]\n";
    out_.close();
    check();
  }

 private:
  void check() const {
    if (!out_) throw CannotWrite("--json: cannot write " + path_);
  }
  std::string path_;
  std::ofstream out_;
};

/// Runs `work` after the options were read into their variables; prints one line for a failure and returns the exit
/// code.
template <typename Work>
int run_program(CLI::App& app, int argc, char** argv, const Work& work) {
  try {
    app.parse(argc, argv);
    work();
    return kOk;
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return kOk;
  } catch (const CLI::ParseError& error) {
    std::cerr << app.get_name() << ": " << error.what() << "; --help lists the options\n";
    return kUsage;
  } catch (const InvalidArgument& error) {
    std::cerr << app.get_name() << ": " << error.what() << "\n";
    return kUsage;
  } catch (const JsonFile::CannotWrite& error) {
    std::cerr << app.get_name() << ": " << error.what() << "\n";
    return kCannotWrite;
  } catch (const DeviceUnavailable& error) {
    std::cerr << app.get_name() << ": " << error.what() << "\n";
    return kNoDevice;
  } catch (const std::exception& error) {
    std::cerr << app.get_name() << ": " << error.what() << "\n";
    return kFailed;
  }
}

}  // namespace hetal::bench
