#include "owner/locked_memory.h"

#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include <sys/mman.h>
#include <sys/resource.h>

#include "base/error.h"

namespace hetal::owner {
namespace {

/// The message for the reason in errno.
std::string refusal_of(std::size_t bytes) {
  const std::string reason = std::error_code(errno, std::generic_category()).message();
  rlimit limit{0, 0};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  return message("expected ", bytes, " bytes of locked memory, actual ", reason, " with a limit of ", limit.rlim_cur,
                 " bytes in all (RLIMIT_MEMLOCK)");
}

}  // namespace

LockedMemory::LockedMemory(std::size_t bytes)
    : bytes_(bytes), data_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
  if (data_ == MAP_FAILED) throw std::bad_alloc();
  madvise(data_, bytes_, MADV_DONTDUMP);
  // Not mlock, which the sanitizers replace by nothing.
  if (mlock2(data_, bytes_, 0) != 0) {
    try {
      refusal_ = refusal_of(bytes_);
    } catch (...) {
      munmap(data_, bytes_);
      throw;
    }
  }
}

LockedMemory::~LockedMemory() {
  explicit_bzero(data_, bytes_);
  munmap(data_, bytes_);
}

}  // namespace hetal::owner
