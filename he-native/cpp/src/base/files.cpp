#include "base/files.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <new>
#include <system_error>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hetal {
namespace {

/// The message for the reason in errno.
std::string refusal(const char* what, const std::string& path) {
  return message("cannot ", what, " ", path, ": ", std::error_code(errno, std::generic_category()).message());
}
[[noreturn]] void fail_to_read(const std::string& path) { throw FileError(refusal("read", path)); }
[[noreturn]] void fail_to_write(const std::string& path) { throw FileWriteError(refusal("write", path)); }

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0) : Descriptor(path, path, flags, mode) {}
  /// `named`: the file that messages name.
  Descriptor(const std::string& path, const std::string& named, int flags, mode_t mode)
      : path_(named), descriptor_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (descriptor_ < 0) (flags & O_CREAT) != 0 ? fail_to_write(named) : fail_to_read(named);
  }
  ~Descriptor() { close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return descriptor_; }
  std::size_t size() const {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) fail_to_read(path_);
    require<FileError>(S_ISREG(status.st_mode), "cannot read ", path_, ": not a regular file");
    return static_cast<std::size_t>(status.st_size);
  }
  void require_private() const {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) fail_to_read(path_);
    const mode_t others = status.st_mode & (S_IRWXG | S_IRWXO);
    require<SecurityError>(others == 0, path_, ": expected a file that no other user may use, mode 600; actual mode ",
                           std::oct, status.st_mode & 0777, ": chmod 600 ", path_);
    require<SecurityError>(status.st_uid == geteuid() || status.st_uid == 0, path_,
                           ": expected a file of this user (uid ", geteuid(), "), actual uid ", status.st_uid);
  }
  /// Fills `out`. Throws FormatError if the file ends before.
  void read_all(std::span<std::uint8_t> out) const {
    for (std::size_t done = 0; done < out.size();) {
      const ssize_t got = read(descriptor_, out.data() + done, out.size() - done);
      if (got < 0 && errno != EINTR) fail_to_read(path_);
      require<FormatError>(got != 0, path_, ": the file shrank while it was read: expected ", out.size(),
                           " bytes, actual ", done);
      if (got > 0) done += static_cast<std::size_t>(got);
    }
  }
  void write_all(ByteView bytes) const {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t wrote = write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (wrote < 0 && errno != EINTR) fail_to_write(path_);
      if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
    synchronize();
  }
  void synchronize() const {
    if (fsync(descriptor_) != 0) fail_to_write(path_);
  }

 private:
  const std::string& path_;
  int descriptor_;
};

/// Writes a new file and waits until it is on the disk. After an error there is no file.
void write_new_file(const std::string& path, const std::string& named, ByteView bytes, mode_t mode) {
  const Descriptor file(path, named, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    file.write_all(bytes);
  } catch (...) {
    unlink(path.c_str());
    throw;
  }
}

/// A name beside `path` that nobody can foresee: path.<16 hexadecimal digits>.tmp
std::string temporary_name(const std::string& path) {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) fail_to_write(path);
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[number >> shift & 15];
  return path + "." + digits + ".tmp";
}

/// A pipe without a writer, which is then refused, does not block.
constexpr int kRead = O_RDONLY | O_NONBLOCK;

void synchronize_folder_of(const std::string& path) {
  Descriptor(parent_of(path), O_RDONLY | O_DIRECTORY).synchronize();
}

}  // namespace

LoadedFile::LoadedFile(const std::string& path, std::size_t bytes) : size_(bytes) {
  // A key file is never a link: who may not write the folder of the keys cannot lead the reader elsewhere.
  const Descriptor file(path, kRead | O_NOFOLLOW);
  require<FormatError>(file.size() == bytes, path, ": expected ", bytes, " bytes, actual ", file.size());
  data_.reset(static_cast<std::uint8_t*>(huge_pages(bytes)));
  if (data_ == nullptr) throw std::bad_alloc();
  file.read_all({data_.get(), bytes});
}

namespace {

Bytes read_whole(const Descriptor& file, const std::string& path, std::size_t limit) {
  const std::size_t size = file.size();
  require<FormatError>(size <= limit, path, ": expected at most ", limit, " bytes, actual ", size);
  Bytes out(size);
  file.read_all(out);
  return out;
}

}  // namespace

Bytes read_file(const std::string& path, std::size_t limit) { return read_whole(Descriptor(path, kRead), path, limit); }

Bytes read_file_refusing_links(const std::string& path, std::size_t limit) {
  return read_whole(Descriptor(path, kRead | O_NOFOLLOW), path, limit);
}

Bytes read_private_file(const std::string& path, std::size_t limit) {
  const Descriptor file(path, kRead);
  file.require_private();
  return read_whole(file, path, limit);
}

void write_file_atomically(const std::string& path, ByteView bytes) {
  const std::string beside = temporary_name(path);
  write_new_file(beside, path, bytes, 0644);
  if (std::rename(beside.c_str(), path.c_str()) != 0) {
    const std::string reason = refusal("write", path);
    unlink(beside.c_str());
    throw FileWriteError(reason);
  }
  synchronize_folder_of(path);
}

void write_new_private_file(const std::string& path, ByteView bytes) {
  if (file_exists(path)) throw FileWriteError(message("refusing to overwrite ", path));
  write_new_file(path, path, bytes, 0600);
  synchronize_folder_of(path);
}

bool file_exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

std::uint64_t file_size(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail_to_read(path);
  require<FileError>(S_ISREG(status.st_mode), "cannot read ", path, ": not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

void make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  require<FileWriteError>(!error, "cannot create ", path, ": ", error.message());
}

}  // namespace hetal
