#include "ckks/key_manifest.h"

#include <algorithm>
#include <sstream>

#include "base/files.h"

namespace hetal::ckks {
namespace {

constexpr std::size_t kManifestLimit = 1 << 20;

KeyKind kind_from(const std::string& name, std::size_t line) {
  for (KeyKind kind : {KeyKind::relinearization, KeyKind::galois, KeyKind::to_sparse, KeyKind::from_sparse}) {
    if (name == name_of(kind)) return kind;
  }
  throw FormatError(message("manifest line ", line, ": unknown kind of key"));
}

bool plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
             std::string::npos;
}

Digest digest_from(const std::string& text, std::size_t line) {
  require<FormatError>(text.size() == 64, "manifest line ", line, ": digest: expected 64 digits, actual ", text.size());
  Digest out;
  const KeyId low = key_id_from_hex(text.substr(0, 32)), high = key_id_from_hex(text.substr(32));
  std::copy(low.begin(), low.end(), out.begin());
  std::copy(high.begin(), high.end(), out.begin() + 16);
  return out;
}

std::string digest_of(const std::string& text) {
  Sha256 sha;
  sha.update(text.data(), text.size());
  return hex(sha.finish());
}

}  // namespace

const char* name_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::relinearization:
      return "relinearization";
    case KeyKind::galois:
      return "galois";
    case KeyKind::to_sparse:
      return "to_sparse";
    default:
      return "from_sparse";
  }
}

std::string to_text(const Manifest& manifest) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);  // otherwise the text would be cut silently when memory runs out
  out << "hetal-keys 1\nparameters " << manifest.parameter_set << ' ' << manifest.parameter_hash << "\nkey-id "
      << hex(manifest.key_id) << '\n';
  for (const KeyEntry& key : manifest.keys) {
    out << "key " << name_of(key.kind) << ' ' << key.galois << ' ' << key.level << ' ' << key.bytes << ' '
        << hex(key.digest) << ' ' << key.file << '\n';
  }
  return out.str() + "digest " + digest_of(out.str()) + "\n";
}

Manifest manifest_from_text(const std::string& text) {
  const std::size_t last = text.rfind("digest ");
  require<FormatError>(last != std::string::npos && (last == 0 || text[last - 1] == '\n'),
                       "manifest: truncated: expected a last line with the digest");
  require<FormatError>(text.substr(last) == "digest " + digest_of(text.substr(0, last)) + "\n",
                       "manifest: digest: the text was changed or damaged");
  std::istringstream lines(text.substr(0, last));
  lines.exceptions(std::ios::badbit);  // otherwise too little memory would look like a wrong manifest
  Manifest out;
  std::string line, word, id;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream in(line);
    in.exceptions(std::ios::badbit);
    std::string rest;
    bool good = false;
    if (number == 1) {
      require<FormatError>(line == "hetal-keys 1", "manifest: version: expected hetal-keys 1");
      good = true;
    } else if (number == 2) {
      good = (in >> word >> out.parameter_set >> out.parameter_hash) && word == "parameters";
    } else if (number == 3) {
      good = (in >> word >> id) && word == "key-id";
      if (good) out.key_id = key_id_from_hex(id);
    } else {
      KeyEntry key;
      std::string kind, digest;
      good = (in >> word >> kind >> key.galois >> key.level >> key.bytes >> digest >> key.file) && word == "key";
      if (good) {
        key.kind = kind_from(kind, number);
        key.digest = digest_from(digest, number);
        require<FormatError>(plain_name(key.file), "manifest line ", number, ": expected a plain file name");
        out.keys.push_back(std::move(key));
      }
    }
    const bool complete = good && (number == 1 || !(in >> rest));
    require<FormatError>(complete, "manifest line ", number, ": not understood");
  }
  require<FormatError>(id.size() == 32, "manifest: truncated: expected three lines or more");
  return out;
}

Manifest read_manifest(const std::string& directory, const std::string& expected_digest) {
  const std::string path = directory + "/" + kManifestFile;
  require<FileError>(file_exists(path), "no key bundle in ", directory, ": ", path,
                     " is missing (it is written last: the bundle may be unfinished)");
  const Bytes bytes = read_file_refusing_links(path, kManifestLimit);
  const std::string text(bytes.begin(), bytes.end()), actual = digest_of(text);
  require<FormatError>(expected_digest.empty() || actual == expected_digest, path, ": expected SHA-256 ",
                       expected_digest, ", actual ", actual);
  return manifest_from_text(text);
}

}  // namespace hetal::ckks
