// The manifest of a bundle of evaluation keys (docs/formats.md).
#pragma once

#include "ckks/formats.h"

namespace hetal::ckks {

enum class KeyKind : std::uint32_t { relinearization = 1, galois = 2, to_sparse = 3, from_sparse = 4 };

const char* name_of(KeyKind kind);

/// One line of a manifest.
struct KeyEntry {
  KeyKind kind;
  std::uint32_t galois;  ///< 0 unless kind is galois
  int level;
  std::uint64_t bytes;
  Digest digest;
  std::string file;  ///< a plain file name: letters, digits, '_', '.', '-'
};

struct Manifest {
  std::string parameter_set, parameter_hash;
  KeyId key_id;
  std::vector<KeyEntry> keys;
};

inline constexpr char kManifestFile[] = "manifest";

std::string to_text(const Manifest& manifest);
/// Throws FormatError with the line.
Manifest manifest_from_text(const std::string& text);
/// `expected_digest`: SHA-256 of the whole file in hex; empty for any. Throws FormatError for another file.
Manifest read_manifest(const std::string& directory, const std::string& expected_digest = "");

}  // namespace hetal::ckks
