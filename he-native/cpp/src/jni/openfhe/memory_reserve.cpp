#include "jni/openfhe/memory_reserve.h"

#include <mutex>
#include <new>

#include <sys/mman.h>

namespace hetal::openfhe::boundary {
namespace {

/// The reserves that were not given back yet, of all calls that go on. A list through the reserves allocates nothing.
std::mutex& mutex() {
  static auto* const one = new std::mutex;
  return *one;
}
MemoryReserve* first = nullptr;

std::new_handler handler_before = nullptr;

}  // namespace

MemoryReserve::MemoryReserve(std::size_t bytes)
    : data_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)), bytes_(bytes) {
  if (data_ == MAP_FAILED) throw std::bad_alloc();
  const std::lock_guard lock(mutex());
  static const bool installed = [] {
    handler_before = std::set_new_handler(&MemoryReserve::give_back_one);
    return true;
  }();
  static_cast<void>(installed);
  next_ = first;
  if (next_ != nullptr) next_->previous_ = this;
  first = this;
}

MemoryReserve::~MemoryReserve() {
  const std::lock_guard lock(mutex());
  give_back();
}

void MemoryReserve::give_back() noexcept {
  if (data_ == nullptr) return;
  munmap(data_, bytes_);
  data_ = nullptr;
  (previous_ != nullptr ? previous_->next_ : first) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

void MemoryReserve::give_back_one() {
  {
    const std::lock_guard lock(mutex());
    if (first != nullptr) return first->give_back();
  }
  if (handler_before == nullptr) throw std::bad_alloc();
  handler_before();
}

}  // namespace hetal::openfhe::boundary
