#include "common/report.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

namespace hetal::bench {
namespace {

std::string duration(double seconds) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(3);
  if (seconds < 1e-3) {
    out << seconds * 1e6 << " us";
  } else if (seconds < 1) {
    out << seconds * 1e3 << " ms";
  } else {
    out << seconds << " s";
  }
  return out.str();
}

double rounded(double value, int decimals) {
  const double unit = std::pow(10.0, decimals);
  return std::round(value * unit) / unit;
}

void write_heading(std::ostream& out, const Setting& setting, const std::string& about) {
  out << setting.parameter_set << ": N = " << setting.ring_degree << ", log2(QP) = " << std::fixed
      << std::setprecision(1) << setting.log_qp << ", " << about << ", " << setting.threads
      << (setting.threads == 1 ? " thread" : " threads") << ", commit " << setting.commit << "\n\n";
}

double median_of(std::vector<double> sorted) {
  std::sort(sorted.begin(), sorted.end());
  const std::size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/// The least median of that name in all runs.
double fastest(const std::vector<Run>& runs, const std::string& name) {
  double out = HUGE_VAL;
  for (const Run& run : runs) {
    for (const Entry& e : run.entries) {
      if (e.name == name) out = std::min(out, e.median());
    }
  }
  return out;
}

}  // namespace

double Entry::median() const { return median_of(seconds); }

double Entry::processor_median() const { return median_of(processor_seconds); }

double Entry::least() const { return *std::min_element(seconds.begin(), seconds.end()); }

void write_table(std::ostream& out, const Run& run) {
  write_heading(out, run.setting, run.setting.device);
  out << std::left << std::setw(26) << "operation" << std::right << std::setw(6) << "level" << std::setw(6) << "runs"
      << std::setw(14) << "median" << std::setw(14) << "least" << "  verified by decryption\n";
  for (const Entry& e : run.entries) {
    out << std::left << std::setw(26) << e.name << std::right << std::setw(6) << e.level << std::setw(6)
        << e.seconds.size() << std::setw(14) << duration(e.median()) << std::setw(14) << duration(e.least());
    if (e.precision) {
      out << "  processor " << duration(e.processor_median()) << std::setprecision(1) << ", "
          << e.precision->levels_left << " levels left, " << e.precision->bits_mean << " bits on average, "
          << e.precision->bits_worst << " in the worst slot";
    }
    out << "\n";
  }
}

void write_comparison(std::ostream& out, const std::vector<Run>& runs) {
  write_heading(out, runs.front().setting, "median and its ratio to the fastest path");
  out << std::left << std::setw(26) << "operation" << std::right << std::setw(6) << "level";
  for (const Run& run : runs) out << std::setw(24) << run.setting.device;
  out << "\n";
  for (std::size_t i = 0; i < runs.front().entries.size(); ++i) {
    const Entry& first = runs.front().entries[i];
    out << std::left << std::setw(26) << first.name << std::right << std::setw(6) << first.level;
    for (const Run& run : runs) {
      out << std::setw(16) << duration(run.entries[i].median()) << std::setw(8) << std::setprecision(2)
          << run.entries[i].median() / fastest(runs, first.name);
    }
    out << "\n";
  }
}

nlohmann::ordered_json to_json(const std::vector<Run>& runs) {
  auto out = nlohmann::ordered_json::array();
  for (const Run& run : runs) {
    for (const Entry& e : run.entries) {
      const Setting& setting = run.setting;
      nlohmann::ordered_json entry{{"name", e.name},
                                   {"level", e.level},
                                   {"parameter_set", setting.parameter_set},
                                   {"ring_degree", setting.ring_degree},
                                   {"log_qp", rounded(setting.log_qp, 2)},
                                   {"device", setting.device},
                                   {"threads", setting.threads},
                                   {"commit", setting.commit},
                                   {"repetitions", e.seconds.size()},
                                   {"median_s", rounded(e.median(), 9)},
                                   {"min_s", rounded(e.least(), 9)}};
      if (runs.size() > 1) entry["ratio_to_fastest"] = rounded(e.median() / fastest(runs, e.name), 3);
      if (e.precision) {
        entry["processor_median_s"] = rounded(e.processor_median(), 9);
        entry["processor_min_s"] =
            rounded(*std::min_element(e.processor_seconds.begin(), e.processor_seconds.end()), 9);
        entry["levels_left"] = e.precision->levels_left;
        entry["bits_mean"] = rounded(e.precision->bits_mean, 2);
        entry["bits_worst"] = rounded(e.precision->bits_worst, 2);
      }
      out.push_back(std::move(entry));
    }
  }
  return out;
}

}  // namespace hetal::bench
