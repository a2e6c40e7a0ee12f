// Memory for secrets that live as long as a key is loaded.
#pragma once

#include <cstddef>
#include <string>

namespace hetal::owner {

/// Pages that hold nothing else. They are left out of core files (MADV_DONTDUMP) and locked, so that the system does
/// not write them to swap space (mlock2), if RLIMIT_MEMLOCK allows it. Zeros at first; overwritten on destruction.
class LockedMemory {
 public:
  /// Throws std::bad_alloc if there is no memory. A refused lock is no error.
  explicit LockedMemory(std::size_t bytes);
  ~LockedMemory();
  LockedMemory(const LockedMemory&) = delete;
  LockedMemory& operator=(const LockedMemory&) = delete;

  void* data() const { return data_; }
  /// Empty if the pages are locked; otherwise what was expected and why the system refused it.
  const std::string& refusal() const { return refusal_; }

 private:
  std::size_t bytes_;
  void* data_;
  std::string refusal_;
};

}  // namespace hetal::owner
