#include "watch.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include <malloc.h>
#include <sys/types.h>

namespace hetal::wiping {
namespace {

struct Watched {
  std::map<std::string, std::vector<std::uint8_t>> secrets;
  std::map<std::string, int> found;
  std::uint64_t inspected = 0;
};

std::mutex guard;
std::atomic<Watched*> watched{nullptr};
std::atomic<const std::array<std::uint8_t, 32>*> known{nullptr};
/// This file's own bookkeeping gives memory back, too.
thread_local bool inside = false;

constexpr std::size_t kPart = std::size_t{1} << 16;
constexpr std::size_t kLongestSecret = 1024;

/// Most of a large block was never written.
bool all_zero(const char* data, std::size_t bytes) {
  return data[0] == 0 && std::memcmp(data, data + 1, bytes - 1) == 0;
}

bool holds(const char* data, std::size_t bytes, const std::vector<std::uint8_t>& secret) {
  return memmem(data, bytes, secret.data(), secret.size()) != nullptr;
}

void inspect(const void* data, std::size_t bytes) noexcept {
  if (data == nullptr || inside || watched.load() == nullptr) return;
  inside = true;
  {
    const std::lock_guard lock(guard);
    if (Watched* const now = watched.load(); now != nullptr) {
      ++now->inspected;
      const char* const first = static_cast<const char*>(data);
      for (std::size_t at = 0; at < bytes; at += kPart) {
        const std::size_t part = std::min(kPart + kLongestSecret, bytes - at);
        if (all_zero(first + at, part)) continue;
        for (const auto& [name, secret] : now->secrets) {
          if (holds(first + at, part, secret)) ++now->found[name];
        }
      }
    }
  }
  inside = false;
}

void* allocated(std::size_t bytes, std::size_t alignment) {
  void* const data = alignment == 0 ? std::malloc(bytes)
                                    : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (data == nullptr) throw std::bad_alloc();
  return data;
}

}  // namespace

Watch::Watch(std::map<std::string, std::vector<std::uint8_t>> secrets) {
  watched = new Watched{std::move(secrets), {}, 0};
}

Watch::~Watch() {
  inside = true;
  {
    const std::lock_guard lock(guard);
    delete watched.exchange(nullptr);
  }
  inside = false;
}

std::map<std::string, int> Watch::found() const {
  const std::lock_guard lock(guard);
  return watched.load()->found;
}

std::uint64_t Watch::inspected() const {
  const std::lock_guard lock(guard);
  return watched.load()->inspected;
}

KnownRandomness::KnownRandomness(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) { known = &bytes_; }
KnownRandomness::~KnownRandomness() { known = nullptr; }

}  // namespace hetal::wiping

extern "C" void __real_free(void* data);
extern "C" void __wrap_free(void* data);
extern "C" void __wrap_free(void* data) {
  hetal::wiping::inspect(data, malloc_usable_size(data));
  __real_free(data);
}
extern "C" int __real_munmap(void* data, std::size_t bytes);
extern "C" int __wrap_munmap(void* data, std::size_t bytes);
extern "C" int __wrap_munmap(void* data, std::size_t bytes) {
  hetal::wiping::inspect(data, bytes);
  return __real_munmap(data, bytes);
}
extern "C" ssize_t __real_getrandom(void* data, std::size_t bytes, unsigned flags);
extern "C" ssize_t __wrap_getrandom(void* data, std::size_t bytes, unsigned flags);
extern "C" ssize_t __wrap_getrandom(void* data, std::size_t bytes, unsigned flags) {
  const auto* const known = hetal::wiping::known.load();
  if (known == nullptr || bytes != known->size()) return __real_getrandom(data, bytes, flags);
  std::memcpy(data, known->data(), bytes);
  return static_cast<ssize_t>(bytes);
}

using hetal::wiping::allocated;
void* operator new(std::size_t bytes) { return allocated(bytes, 0); }
void* operator new[](std::size_t bytes) { return allocated(bytes, 0); }
void* operator new(std::size_t bytes, std::align_val_t a) { return allocated(bytes, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t bytes, std::align_val_t a) { return allocated(bytes, static_cast<std::size_t>(a)); }
void operator delete(void* data) noexcept { __wrap_free(data); }
void operator delete[](void* data) noexcept { __wrap_free(data); }
void operator delete(void* data, std::size_t) noexcept { __wrap_free(data); }
void operator delete[](void* data, std::size_t) noexcept { __wrap_free(data); }
void operator delete(void* data, std::align_val_t) noexcept { __wrap_free(data); }
void operator delete[](void* data, std::align_val_t) noexcept { __wrap_free(data); }
void operator delete(void* data, std::size_t, std::align_val_t) noexcept { __wrap_free(data); }
void operator delete[](void* data, std::size_t, std::align_val_t) noexcept { __wrap_free(data); }
