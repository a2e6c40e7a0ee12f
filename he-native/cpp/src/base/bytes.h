// Writes and reads little-endian headers. The reader throws instead of reading past the end.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"

namespace hetal {

static_assert(std::endian::native == std::endian::little, "files are written little-endian");

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Bytes that nobody else may know. They are overwritten on destruction.
class SecretBytes {
 public:
  explicit SecretBytes(Bytes&& bytes) : bytes_(std::move(bytes)) {}
  ~SecretBytes() {
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ByteView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

class ByteWriter {
 public:
  void raw(const void* data, std::size_t bytes) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + bytes);
  }
  void u32(std::uint32_t value) { raw(&value, sizeof value); }
  void u64(std::uint64_t value) { raw(&value, sizeof value); }
  /// Appends `bytes` bytes. The caller writes them through the pointer before the next call.
  std::uint8_t* room(std::size_t bytes) {
    bytes_.resize(bytes_.size() + bytes);
    return bytes_.data() + bytes_.size() - bytes;
  }
  /// Appends and returns the SHA-256 of all bytes so far.
  Digest finish() {
    Sha256 sha;
    sha.update(bytes_.data(), bytes_.size());
    const Digest digest = sha.finish();
    raw(digest.data(), digest.size());
    return digest;
  }
  Bytes& bytes() { return bytes_; }

 private:
  Bytes bytes_;
};

class ByteReader {
 public:
  /// Every message begins with `what`.
  ByteReader(ByteView bytes, std::string what) : bytes_(bytes), what_(std::move(what)) {}

  const std::string& what() const { return what_; }
  std::size_t left() const { return bytes_.size() - at_; }
  const std::uint8_t* raw(std::size_t bytes, const char* field) {
    require<FormatError>(bytes <= left(), what_, ": truncated in ", field, ": expected ", bytes, " bytes, actual ",
                         left());
    at_ += bytes;
    return bytes_.data() + at_ - bytes;
  }
  std::uint32_t u32(const char* field) { return number<std::uint32_t>(field); }
  std::uint64_t u64(const char* field) { return number<std::uint64_t>(field); }
  template <std::size_t Size>
  std::array<std::uint8_t, Size> array(const char* field) {
    std::array<std::uint8_t, Size> out;
    std::memcpy(out.data(), raw(Size, field), Size);
    return out;
  }
  /// Throws FormatError unless exactly `bytes` bytes are left.
  void expect_left(std::size_t bytes) const {
    require<FormatError>(left() == bytes, what_, ": expected ", at_ + bytes, " bytes, actual ", bytes_.size());
  }
  /// Checks the digest of the bytes read so far and of the next `payload` bytes. The digest follows them and is the end
  /// of the input. Throws FormatError.
  Digest check_digest(std::size_t payload) const {
    expect_left(payload + Digest{}.size());
    Sha256 sha;
    sha.update(bytes_.data(), at_ + payload);
    const Digest digest = sha.finish();
    require<FormatError>(std::memcmp(digest.data(), bytes_.data() + at_ + payload, digest.size()) == 0, what_,
                         ": digest: the bytes were changed or damaged");
    return digest;
  }

 private:
  template <typename Number>
  Number number(const char* field) {
    Number out;
    std::memcpy(&out, raw(sizeof out, field), sizeof out);
    return out;
  }

  ByteView bytes_;
  std::string what_;
  std::size_t at_ = 0;
};

}  // namespace hetal
