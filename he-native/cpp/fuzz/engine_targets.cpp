#include <algorithm>

#include "ckks/key_file.h"
#include "fuzz/targets.h"
#include "owner/client.h"
#include "support/seal.h"

namespace hetal::fuzzing {
namespace {

constexpr char kSet[] = "insecure_n10_l12";

const ckks::Context& context() {
  static const ckks::Context* const made = new ckks::Context(ckks::Parameters::named(kSet), 1);
  return *made;
}

/// The key id at its place, so that every key of an input is the right one.
ckks::KeyId id_of(ByteView bytes) {
  ckks::KeyId out{};
  constexpr std::size_t kAt = 8 + 4 + sizeof(Digest);
  if (bytes.size() >= kAt + out.size()) std::copy_n(bytes.begin() + kAt, out.size(), out.begin());
  return out;
}

template <typename Read>
void unless_refused(const Read& read) {
  try {
    read();
  } catch (const FormatError&) {}  // the right answer to wrong bytes
}

Bytes sealed_copy(ByteView bytes) { return sealed({bytes.begin(), bytes.end()}); }

void ciphertext(ByteView input) {
  const Bytes bytes = sealed_copy(input);
  unless_refused([&] { ckks::deserialize(context(), bytes, id_of(bytes)); });
}

void secret_key(ByteView input) {
  unless_refused([&] { owner::Client(sealed_copy(input), 1); });
}

/// What is behind the choice of the parameter set by its name, which secret_key has, too.
void public_key(ByteView input) {
  const Bytes bytes = sealed_copy(input);
  unless_refused([&] { owner::read_public_key(small_ring(), bytes); });
}

void manifest(ByteView input) {
  const Bytes bytes = sealed_manifest({input.begin(), input.end()});
  unless_refused([&] {
    // What was read is written again as it was.
    const std::string text(bytes.begin(), bytes.end());
    const ckks::Manifest read = ckks::manifest_from_text(text);
    ckks::manifest_from_text(ckks::to_text(read));
  });
}

void key_file(ByteView input) {
  const Bytes bytes = sealed_copy(input);
  for (const auto& [kind, galois, level] :
       {std::tuple{ckks::KeyKind::relinearization, 0u, 1}, std::tuple{ckks::KeyKind::galois, 125u, 1},
        std::tuple{ckks::KeyKind::to_sparse, 0u, 0}}) {
    ckks::KeyEntry entry{kind, galois, level, bytes.size(), {}, "key"};
    if (bytes.size() >= sizeof(Digest)) std::copy(bytes.end() - sizeof(Digest), bytes.end(), entry.digest.begin());
    unless_refused([&, kind = kind] {
      if (kind == ckks::KeyKind::to_sparse) {
        ckks::EvaluationKeys keys;
        ckks::parse_to_sparse_file(context(), id_of(bytes), entry, bytes, "key", keys);
      } else {
        ckks::parse_key_file(context(), id_of(bytes), entry, bytes, "key");
      }
    });
  }
}

constexpr Target kTargets[] = {
    {"ciphertext", {"version_1/ciphertext.bin", "version_1/ciphertext_seeded.bin"}, ciphertext},
    {"secret_key", {"version_1/secret_key.bin"}, secret_key},
    {"public_key", {"public_key.bin"}, public_key},
    {"manifest", {"version_1/keys/manifest", "version_1/bootstrap_manifest.txt"}, manifest},
    {"key_file",
     {"version_1/keys/relinearization.key", "version_1/keys/galois_125.key", "version_1/to_sparse.key"},
     key_file},
};

}  // namespace

std::span<const Target> engine_targets() { return kTargets; }

const ckks::Context& small_ring() {
  static const ckks::Context* const made = new ckks::Context(
      ckks::Parameters(
          {"insecure_n5_l12", 5, 49.99, 42, 12, {2, 1, 1}, 49.9, {49.9, 49.9, 49.9}, 49.99, 7, {8, 8, 7, 7}}),
      1);
  return *made;
}

}  // namespace hetal::fuzzing
