// Files as the formats need them: whole and atomic.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/huge_pages.h"

namespace hetal {

/// The contents of a file, copied into memory. Files of others are never mapped: one that shrinks, or a disk that
/// fails, would end the process with a signal.
class LoadedFile {
 public:
  /// Throws FileError, FormatError for a file of another size, and std::bad_alloc.
  LoadedFile(const std::string& path, std::size_t bytes);
  ByteView bytes() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::uint8_t* data) const noexcept { std::free(data); }
  };
  std::unique_ptr<std::uint8_t[], Free> data_;
  std::size_t size_;
};

/// Throws FileError, or FormatError beyond `limit` bytes.
Bytes read_file(const std::string& path, std::size_t limit);
/// Written beside its place, synchronised, then moved: readers see all of it or nothing. FileWriteError leaves nothing
/// behind.
void write_file_atomically(const std::string& path, ByteView bytes);
/// A new file with mode 0600; FileWriteError when something is there already, and then, as on a full disk, nothing of
/// the new file stays.
void write_new_private_file(const std::string& path, ByteView bytes);
bool file_exists(const std::string& path);
std::uint64_t file_size(const std::string& path);
void make_directories(const std::string& path);

}  // namespace hetal
