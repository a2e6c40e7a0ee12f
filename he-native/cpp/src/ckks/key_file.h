// Files of one evaluation key each (docs/formats.md).
#pragma once

#include "ckks/evaluation_keys.h"
#include "ckks/key_manifest.h"

namespace hetal::ckks {

/// The bytes of a key file. `digest` receives the digest for the manifest.
Bytes key_file(const Context& context, const KeyId& id, KeyKind kind, std::uint32_t galois, const SwitchingKey& key,
               Digest& digest);
/// The bytes of the to-sparse key, whose two limbs are those of q0 and of the first special prime.
Bytes to_sparse_file(const Context& context, const KeyId& id, const EvaluationKeys& keys, Digest& digest);
/// Size of a key file in bytes.
std::uint64_t key_file_bytes(const Parameters& parameters, KeyKind kind, int level);
/// Reads the bytes of a key file and expands its uniform halves. Throws FormatError, which begins with `what`, unless
/// they are the file of the manifest line.
SwitchingKey parse_key_file(const Context& context, const KeyId& id, const KeyEntry& entry, ByteView bytes,
                            const std::string& what);
/// The same for the file.
SwitchingKey read_key_file(const Context& context, const KeyId& id, const KeyEntry& entry, const std::string& path);
/// The same for the to-sparse key, which `keys` receives.
void parse_to_sparse_file(const Context& context, const KeyId& id, const KeyEntry& entry, ByteView bytes,
                          const std::string& what, EvaluationKeys& keys);
/// The same for the file.
void read_to_sparse_file(const Context& context, const KeyId& id, const KeyEntry& entry, const std::string& path,
                         EvaluationKeys& keys);

}  // namespace hetal::ckks
