// Files as the formats need them: whole, atomic, mapped.
#pragma once

#include <string>

#include "base/bytes.h"

namespace hetal {

/// A file mapped read-only. The file must not shrink while it is mapped (the system would send a signal): bundles are
/// written once and moved into place.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ByteView bytes() const { return {static_cast<const std::uint8_t*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Throws FileError, or FormatError beyond `limit` bytes.
Bytes read_file(const std::string& path, std::size_t limit);
/// Written beside its place, synchronised, then moved: readers see all of it or nothing.
void write_file_atomically(const std::string& path, ByteView bytes);
/// A new file with mode 0600; FileError when something is there already.
void write_new_private_file(const std::string& path, ByteView bytes);
bool file_exists(const std::string& path);
std::uint64_t file_size(const std::string& path);
void make_directories(const std::string& path);

}  // namespace hetal
