// What a benchmark found: one entry per operation, as a table and as JSON.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace hetal::bench {

/// Bits of precision, -log2 of the error over all slots of all vectors.
struct Precision {
  int levels_left;
  double bits_mean, bits_worst;
};

struct Entry {
  std::string name;
  int level;  ///< at which the operation ran
  std::vector<double> seconds;
  std::optional<Precision> precision;  ///< bootstraps only
  /// Of all threads of the process, bootstraps only. On a busy machine they vary less than seconds do.
  std::vector<double> processor_seconds = {};

  double median() const;
  double least() const;
  double processor_median() const;
};

/// What every entry of one run shares.
struct Setting {
  std::string parameter_set, device, commit;
  std::uint32_t ring_degree;
  double log_qp;
  int threads;
};

/// The entries of one setting.
struct Run {
  Setting setting;
  std::vector<Entry> entries;
};

void write_table(std::ostream& out, const Run& run);
/// The same entries in several settings that differ in the device: medians side by side, each with its ratio to the
/// least of its row.
void write_comparison(std::ostream& out, const std::vector<Run>& runs);
/// An array of objects, one for each entry of each run; times in seconds, and the ratio of the median to the least one
/// of that name.
nlohmann::ordered_json to_json(const std::vector<Run>& runs);

}  // namespace hetal::bench
