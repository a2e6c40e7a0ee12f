// Makes the digest of changed bytes right, so that they reach the code behind the digest. It has no key: whoever can
// write a file can do the same.
#pragma once

#include <algorithm>
#include <string>

#include "base/bytes.h"

namespace hetal::fuzzing {

/// The SHA-256 of all bytes before it ends every binary file.
inline Bytes sealed(Bytes bytes) {
  if (bytes.size() < sizeof(Digest)) return bytes;
  Sha256 sha;
  sha.update(bytes.data(), bytes.size() - sizeof(Digest));
  const Digest digest = sha.finish();
  std::copy(digest.begin(), digest.end(), bytes.end() - sizeof(Digest));
  return bytes;
}

/// A manifest ends with a line that has the SHA-256 of the text before it.
inline Bytes sealed_manifest(Bytes bytes) {
  std::string text(bytes.begin(), bytes.end());
  const std::size_t last = text.rfind("digest ");
  if (last != std::string::npos && (last == 0 || text[last - 1] == '\n')) text.resize(last);
  Sha256 sha;
  sha.update(text.data(), text.size());
  text += "digest " + hex(sha.finish()) + "\n";
  return {text.begin(), text.end()};
}

}  // namespace hetal::fuzzing
