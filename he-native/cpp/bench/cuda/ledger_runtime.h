// A GPU that computes nothing: it writes down what it is asked to do. Residues are rubbish, but what an operation
// launches does not depend on them.
#pragma once

#include <cmath>
#include <map>
#include <mutex>
#include <string>

#include <sys/mman.h>

#include "base/error.h"
#include "device/device.h"
#include "cuda/traffic.h"

namespace hetal::bench {

struct LedgerEntry {
  std::size_t launches = 0;
  double bytes_read = 0, bytes_written = 0;
  double ntts = 0;  ///< transforms of one limb

  LedgerEntry& operator+=(const LedgerEntry& other) {
    launches += other.launches;
    bytes_read += other.bytes_read;
    bytes_written += other.bytes_written;
    ntts += other.ntts;
    return *this;
  }
};

/// By the kernel's name. One for the program.
struct Ledger {
  bool open = true;  ///< closed while the host's own time is taken
  std::mutex mutex;
  std::map<std::string, LedgerEntry> entries;

  void add(const std::string& name, const LedgerEntry& one) {
    if (!open) return;
    std::lock_guard lock(mutex);
    entries[name] += one;
  }
};
inline Ledger& ledger() {
  static Ledger out;
  return out;
}

class LedgerRuntime {
 public:
  explicit LedgerRuntime(const device::Choice&) {}

  std::string model() const { return "ledger"; }
  bool fast_fp64() const { return true; }
  Word* take(std::size_t words) noexcept {
    void* const out =
        mmap(nullptr, words * sizeof(Word), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return out == MAP_FAILED ? nullptr : static_cast<Word*>(out);
  }
  void give_back(Word*) noexcept {}  // addresses, no memory: the program ends soon
  static constexpr std::size_t kBlockWords = (std::size_t{1} << 30) / sizeof(Word);

  void upload(void*, const void*, std::size_t bytes) { ledger().add("upload", {1, 0, static_cast<double>(bytes)}); }
  void download(void* host, const void*, std::size_t bytes) {
    std::memset(host, 0, bytes);
    ledger().add("download", {1, static_cast<double>(bytes), 0});
  }
  void synchronize() {}
  void copy(void*, const void*, std::size_t bytes) {
    ledger().add("copy", {1, static_cast<double>(bytes), static_cast<double>(bytes)});
  }
  void zero(void*, std::size_t bytes) { ledger().add("zero", {1, 0, static_cast<double>(bytes)}); }

  template <class Kernel>
  void launch(const Kernel& kernel, const Grid& grid) {
    if (!ledger().open) return;
    const Traffic t = traffic(kernel, grid);
    ledger().add(t.kernel, {1, t.read * sizeof(Word), t.written * sizeof(Word), t.ntts});
  }
};

}  // namespace hetal::bench
