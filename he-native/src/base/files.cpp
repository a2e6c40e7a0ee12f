#include "base/files.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hetal {
namespace {

[[noreturn]] void fail(const char* what, const std::string& path) {
  const int error = errno;
  throw FileError(message("cannot ", what, " ", path, ": ", std::strerror(error)));
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode, const char* what)
      : path_(path), descriptor_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (descriptor_ < 0) fail(what, path);
  }
  ~Descriptor() { close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return descriptor_; }
  std::size_t size() const {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) fail("read", path_);
    require<FileError>(S_ISREG(status.st_mode), "cannot read ", path_, ": not a regular file");
    return static_cast<std::size_t>(status.st_size);
  }
  void write_all(ByteView bytes) const {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t wrote = write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (wrote < 0 && errno != EINTR) fail("write", path_);
      if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
    if (fsync(descriptor_) != 0) fail("write", path_);
  }

 private:
  const std::string& path_;
  int descriptor_;
};

}  // namespace

MappedFile::MappedFile(const std::string& path) {
  const Descriptor file(path, O_RDONLY, 0, "read");
  size_ = file.size();
  if (size_ == 0) return;
  data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data_ == MAP_FAILED) fail("map", path);
  madvise(data_, size_, MADV_SEQUENTIAL);
}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(data_, size_);
}

Bytes read_file(const std::string& path, std::size_t limit) {
  const Descriptor file(path, O_RDONLY, 0, "read");
  const std::size_t size = file.size();
  require<FormatError>(size <= limit, path, ": expected at most ", limit, " bytes, actual ", size);
  Bytes out(size);
  for (std::size_t done = 0; done < size;) {
    const ssize_t got = read(file.get(), out.data() + done, size - done);
    if (got < 0 && errno != EINTR) fail("read", path);
    require<FormatError>(got != 0, path, ": the file shrank while it was read");
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return out;
}

void write_file_atomically(const std::string& path, ByteView bytes) {
  const std::string beside = path + ".tmp";
  Descriptor(beside, O_WRONLY | O_CREAT | O_TRUNC, 0644, "write").write_all(bytes);
  if (std::rename(beside.c_str(), path.c_str()) != 0) fail("write", path);
}

void write_new_private_file(const std::string& path, ByteView bytes) {
  if (file_exists(path)) throw FileError(message("refusing to overwrite ", path));
  Descriptor(path, O_WRONLY | O_CREAT | O_EXCL, 0600, "write").write_all(bytes);
}

bool file_exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

std::uint64_t file_size(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail("read", path);
  require<FileError>(S_ISREG(status.st_mode), "cannot read ", path, ": not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

void make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  require<FileError>(!error, "cannot create ", path, ": ", error.message());
}

}  // namespace hetal
