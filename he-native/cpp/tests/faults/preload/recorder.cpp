// Records in which order a process writes, synchronizes, links and renames files: loaded with LD_PRELOAD, or linked
// into a test. HETAL_TEST_RECORD names the file of the record, one line per call: "write PATH", "sync PATH" for a file
// or a folder, "link FROM TO", "rename FROM TO". Only calls that the system did not refuse are there, and of several
// writes to one file in a row the first. Without the variable nothing is recorded.
#include <cstdlib>
#include <mutex>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

template <typename Function>
Function* system_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void record(const std::string& line) {
  const char* const file = std::getenv("HETAL_TEST_RECORD");
  if (file == nullptr) return;
  static std::mutex mutex;
  static std::string last;
  const std::lock_guard lock(mutex);
  if (line == last) return;
  last = line;
  const int out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string text = line + "\n";
  if (out < 0 || syscall(SYS_write, out, text.data(), text.size()) != static_cast<long>(text.size())) std::abort();
  close(out);
}

void record(const char* what, int descriptor) {
  struct stat status {};
  if (std::getenv("HETAL_TEST_RECORD") == nullptr || fstat(descriptor, &status) != 0) return;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return;
  char path[4096];
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  if (length > 0) record(what + std::string(" ") + std::string(path, static_cast<std::size_t>(length)));
}

template <typename Result>
Result recorded(Result result, const char* what, int descriptor) {
  if (result >= 0) record(what, descriptor);
  return result;
}

int recorded(int result, const char* what, const char* from, const char* to) {
  if (result == 0) record(what + std::string(" ") + from + " " + to);
  return result;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* data, size_t bytes) {
  static auto* const system = system_function<ssize_t(int, const void*, size_t)>("write");
  return recorded(system(file, data, bytes), "write", file);
}

ssize_t pwrite64(int file, const void* data, size_t bytes, off64_t at) {
  static auto* const system = system_function<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return recorded(system(file, data, bytes, at), "write", file);
}

ssize_t writev(int file, const iovec* parts, int count) {
  static auto* const system = system_function<ssize_t(int, const iovec*, int)>("writev");
  return recorded(system(file, parts, count), "write", file);
}

int fsync(int file) {
  static auto* const system = system_function<int(int)>("fsync");
  return recorded(system(file), "sync", file);
}

int fdatasync(int file) {
  static auto* const system = system_function<int(int)>("fdatasync");
  return recorded(system(file), "sync", file);
}

int link(const char* from, const char* to) noexcept {
  static auto* const system = system_function<int(const char*, const char*)>("link");
  return recorded(system(from, to), "link", from, to);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const system = system_function<int(const char*, const char*)>("rename");
  return recorded(system(from, to), "rename", from, to);
}

}  // extern "C"
