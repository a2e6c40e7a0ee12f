#include "fuzz/targets.h"
#include "openfhe/ciphertext_format.h"
#include "openfhe/secret.h"

namespace hetal::fuzzing {
namespace {

using openfhe::Context;

/// What is accepted is decrypted, too: the reader must leave nothing for OpenFHE to fail at.
void openfhe_ciphertext(ByteView input) {
  static const Context context =
      openfhe::make_context({.ring_degree = 1 << 10, .depth = 1, .scaling_bits = 50, .first_bits = 60});
  static const auto keys = context->KeyGen();
  try {
    const auto read = openfhe::deserialize(context, input);
    openfhe::decrypt(context, keys.secretKey, read, 0x1p50);
  } catch (const FormatError&) {}  // the right answer to wrong bytes
}

constexpr Target kTargets[] = {{"openfhe_ciphertext", {"openfhe_ciphertext.bin"}, openfhe_ciphertext}};

}  // namespace

std::span<const Target> openfhe_targets() { return kTargets; }

}  // namespace hetal::fuzzing
