// The faults of tests/faults for a process whose code cannot be linked anew, a JVM: loaded with LD_PRELOAD, told what
// to refuse through the file that HETAL_TEST_FAULTS names, four 64-bit counters in memory that the test shares. Only
// requests of the engine and of OpenFHE count, so that the JVM goes on.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

struct Counters {
  std::atomic<long> allocations, threads;  ///< the one of that number from now on is refused, and only that one
  std::atomic<long> surprises;             ///< the allocation of that number throws what no code knows, an int
  std::atomic<long> openfhe;               ///< as `allocations`, of those that OpenFHE's own code asks for
};

Counters* counters() {
  static Counters* const shared = [] {
    const char* const file = std::getenv("HETAL_TEST_FAULTS");
    const int descriptor = file == nullptr ? -1 : open(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return static_cast<Counters*>(nullptr);
    void* const at = mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    return at == MAP_FAILED ? nullptr : static_cast<Counters*>(at);
  }();
  return shared;
}

bool called_from(const void* address, const char* library) {
  Dl_info info{};
  return dladdr(address, &info) != 0 && info.dli_fname != nullptr && std::strstr(info.dli_fname, library) != nullptr;
}

bool refuses(std::atomic<long>& left, const void* caller, const char* library) {
  return left.load() > 0 && called_from(caller, library) && left.fetch_sub(1) == 1;
}

bool refuses_memory(const void* caller) {
  return counters() != nullptr &&
         (refuses(counters()->allocations, caller, "libhetal_") || refuses(counters()->openfhe, caller, "libopenfhe"));
}

/// As operator new of the standard library.
void* memory(std::size_t bytes, const void* caller) {
  if (counters() != nullptr && refuses(counters()->surprises, caller, "libhetal_")) throw 42;
  for (;;) {
    void* const out = refuses_memory(caller) ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
    if (out != nullptr) return out;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

}  // namespace

void* operator new(std::size_t bytes) { return memory(bytes, __builtin_return_address(0)); }
void* operator new[](std::size_t bytes) { return memory(bytes, __builtin_return_address(0)); }
void operator delete(void* data) noexcept { std::free(data); }
void operator delete[](void* data) noexcept { std::free(data); }
void operator delete(void* data, std::size_t) noexcept { std::free(data); }
void operator delete[](void* data, std::size_t) noexcept { std::free(data); }

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  void* out = nullptr;
  if (refuses_memory(__builtin_return_address(0)) || posix_memalign(&out, alignment, bytes) != 0) return nullptr;
  return out;
}

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* data) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const Create system = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  const void* const caller = __builtin_return_address(0);
  if (counters() != nullptr && refuses(counters()->threads, caller, "libstdc++")) return EAGAIN;
  return system(thread, attributes, start, data);
}
