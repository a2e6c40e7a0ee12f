#include "injection.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <thread>

#include <dlfcn.h>
#include <pthread.h>

namespace {

std::atomic<long> allocations_left{0}, threads_left{0}, live{0};
std::atomic<bool> refused{false};

bool refuses(std::atomic<long>& left) {
  if (left.load() <= 0 || left.fetch_sub(1) != 1) return false;
  refused = true;
  return true;
}

void* counted(std::size_t bytes, std::size_t alignment) {
  if (refuses(allocations_left)) throw std::bad_alloc();
  void* out = nullptr;
  if (posix_memalign(&out, alignment, bytes == 0 ? 1 : bytes) != 0) throw std::bad_alloc();
  ++live;
  return out;
}

void uncounted(void* data) noexcept {
  if (data != nullptr) --live;
  std::free(data);
}

constexpr std::size_t kAlignment = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, kAlignment); }
void* operator new[](std::size_t bytes) { return counted(bytes, kAlignment); }
void* operator new(std::size_t bytes, std::align_val_t a) { return counted(bytes, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t bytes, std::align_val_t a) { return counted(bytes, static_cast<std::size_t>(a)); }
void operator delete(void* data) noexcept { uncounted(data); }
void operator delete[](void* data) noexcept { uncounted(data); }
void operator delete(void* data, std::size_t) noexcept { uncounted(data); }
void operator delete[](void* data, std::size_t) noexcept { uncounted(data); }
void operator delete(void* data, std::align_val_t) noexcept { uncounted(data); }
void operator delete[](void* data, std::align_val_t) noexcept { uncounted(data); }
void operator delete(void* data, std::size_t, std::align_val_t) noexcept { uncounted(data); }
void operator delete[](void* data, std::size_t, std::align_val_t) noexcept { uncounted(data); }

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  void* out = nullptr;
  if (refuses(allocations_left) || posix_memalign(&out, alignment, bytes) != 0) return nullptr;
  return out;
}

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* data) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const Create system = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  return refuses(threads_left) ? EAGAIN : system(thread, attributes, start, data);
}

namespace hetal::faults {

void refuse_allocation(long number) {
  refused = false;
  allocations_left = number;
}

void refuse_thread(long number) {
  refused = false;
  threads_left = number;
}

bool end() {
  allocations_left = 0;
  threads_left = 0;
  return refused.exchange(false);
}

long live_objects() { return live; }

int threads() {
  int out = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) ++out;
  return out;
}

bool threads_are(int expected) {
  for (int i = 0; i < 1000 && threads() != expected; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return threads() == expected;
}

}  // namespace hetal::faults
