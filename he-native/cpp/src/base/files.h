// Reads whole files, and writes files atomically.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/huge_pages.h"

namespace hetal {

/// The contents of a file, copied into memory. Files are not mapped: if a mapped file shrinks or its disk fails, a
/// signal ends the process.
class LoadedFile {
 public:
  /// Throws FileError, FormatError if the file is not of that size, and std::bad_alloc.
  LoadedFile(const std::string& path, std::size_t bytes);
  ByteView bytes() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::uint8_t* data) const noexcept { std::free(data); }
  };
  std::unique_ptr<std::uint8_t[], Free> data_;
  std::size_t size_;
};

/// Throws FileError, and FormatError if the file has more than `limit` bytes.
Bytes read_file(const std::string& path, std::size_t limit);
/// As read_file, for a file of a folder that others may write: a link is refused, since it may lead elsewhere.
Bytes read_file_refusing_links(const std::string& path, std::size_t limit);
/// As read_file, for a secret. Throws SecurityError unless the file belongs to this user or to root, and no other user
/// has a permission on it. The checks are made on the opened file.
Bytes read_private_file(const std::string& path, std::size_t limit);
/// Writes a temporary file of a random name beside `path`, path.<16 hexadecimal digits>.tmp, synchronizes it, renames
/// it and synchronizes the folder, so that readers see the whole file or none. After a FileWriteError no temporary file
/// is left; a run that is killed may leave one.
void write_file_atomically(const std::string& path, ByteView bytes);
/// Writes a new file with mode 0600. Throws FileWriteError if `path` exists. After any FileWriteError no part of the
/// new file is left.
void write_new_private_file(const std::string& path, ByteView bytes);
bool file_exists(const std::string& path);
std::uint64_t file_size(const std::string& path);
void make_directories(const std::string& path);

}  // namespace hetal
