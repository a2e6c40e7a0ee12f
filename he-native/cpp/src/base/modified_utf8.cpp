#include "base/modified_utf8.h"

#include <cstdint>

namespace hetal {
namespace {

struct Decoded {
  std::size_t bytes = 0;  ///< 0: not valid
  std::uint32_t code = 0;
};

/// The character at the start of the text, which is not empty.
Decoded first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t head = byte(0);
  if (head != 0 && head < 0x80) return {1, head};
  const std::size_t bytes = head >= 0xf0 && head < 0xf8 ? 4 : head >= 0xe0 && head < 0xf0 ? 3 : head >= 0xc0 ? 2 : 0;
  if (head >= 0xf8 || bytes == 0 || bytes > text.size()) return {};
  std::uint32_t code = head & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3f);
  }
  static constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // a longer form of a character is not valid
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < kLeast[bytes] || code > 0x10ffff || surrogate) return {};
  return {bytes, code};
}

void append_three_bytes(std::string& out, std::uint32_t code) {
  out += static_cast<char>(0xe0 | code >> 12);
  out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  out += static_cast<char>(0x80 | (code & 0x3f));
}

}  // namespace

std::string modified_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = first_of(text);
    if (next.bytes == 0) {
      out += '?';
    } else if (next.bytes < 4) {
      out += text.substr(0, next.bytes);
    } else {
      append_three_bytes(out, 0xd800 + ((next.code - 0x10000) >> 10));
      append_three_bytes(out, 0xdc00 + ((next.code - 0x10000) & 0x3ff));
    }
    text.remove_prefix(next.bytes == 0 ? 1 : next.bytes);
  }
  return out;
}

}  // namespace hetal
