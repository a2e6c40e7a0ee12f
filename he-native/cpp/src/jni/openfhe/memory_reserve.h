// Memory for a call of OpenFHE to which the system refuses memory. OpenFHE computes in parallel loops of OpenMP, which
// no exception can leave: std::bad_alloc inside of one ends the process. So a call sets memory aside before it begins,
// and fails there if that is refused. When the system refuses memory later, operator new gives back what was set aside
// and tries again.
#pragma once

#include <cstddef>

namespace hetal::openfhe::boundary {

/// Address space that nothing is written to, so it occupies no memory. It helps against limits of address space and of
/// committed memory (RLIMIT_AS, vm.overcommit_memory = 2). Where the system grants more than there is, it ends a
/// process instead of refusing memory to it.
class MemoryReserve {
 public:
  /// Throws std::bad_alloc if the system refuses so many bytes.
  explicit MemoryReserve(std::size_t bytes);
  ~MemoryReserve();
  MemoryReserve(const MemoryReserve&) = delete;
  MemoryReserve& operator=(const MemoryReserve&) = delete;

 private:
  static void give_back_one();
  void give_back() noexcept;

  void* data_;
  std::size_t bytes_;
  MemoryReserve* previous_ = nullptr;
  MemoryReserve* next_ = nullptr;
};

}  // namespace hetal::openfhe::boundary
