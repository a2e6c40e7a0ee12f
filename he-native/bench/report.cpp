#include "report.h"

#include <algorithm>
#include <iomanip>
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

}  // namespace

double Entry::median() const {
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double Entry::least() const { return *std::min_element(seconds.begin(), seconds.end()); }

void write_table(std::ostream& out, const Setting& setting, const std::vector<Entry>& entries) {
  out << setting.parameter_set << ": N = " << setting.ring_degree << ", log2(QP) = " << std::fixed
      << std::setprecision(1) << setting.log_qp << ", " << setting.device << ", " << setting.threads
      << (setting.threads == 1 ? " thread" : " threads") << ", commit " << setting.commit << "\n\n"
      << std::left << std::setw(26) << "operation" << std::right << std::setw(6) << "level" << std::setw(6) << "runs"
      << std::setw(14) << "median" << std::setw(14) << "least" << "  verified by decryption\n";
  for (const Entry& e : entries) {
    out << std::left << std::setw(26) << e.name << std::right << std::setw(6) << e.level << std::setw(6)
        << e.seconds.size() << std::setw(14) << duration(e.median()) << std::setw(14) << duration(e.least());
    if (e.precision) {
      out << std::setprecision(1) << "  " << e.precision->levels_left << " levels left, " << e.precision->bits_mean
          << " bits on average, " << e.precision->bits_worst << " in the worst slot";
    }
    out << "\n";
  }
}

void write_json(std::ostream& out, const Setting& setting, const std::vector<Entry>& entries) {
  // Names are ours: none needs escaping.
  out << "[\n";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& e = entries[i];
    out << "  {\"name\": \"" << e.name << "\", \"level\": " << e.level << ", \"parameter_set\": \""
        << setting.parameter_set << "\", \"ring_degree\": " << setting.ring_degree << ", \"log_qp\": " << std::fixed
        << std::setprecision(2) << setting.log_qp << ", \"device\": \"" << setting.device
        << "\", \"threads\": " << setting.threads << ", \"commit\": \"" << setting.commit
        << "\", \"repetitions\": " << e.seconds.size() << std::setprecision(9) << ", \"median_s\": " << e.median()
        << ", \"min_s\": " << e.least();
    if (e.precision) {
      out << std::setprecision(2) << ", \"levels_left\": " << e.precision->levels_left
          << ", \"bits_mean\": " << e.precision->bits_mean << ", \"bits_worst\": " << e.precision->bits_worst;
    }
    out << "}" << (i + 1 < entries.size() ? "," : "") << "\n";
  }
  out << "]\n";
}

}  // namespace hetal::bench
