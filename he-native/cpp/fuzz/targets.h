// The readers of outside bytes as functions of bytes. The digest of the bytes is made right first, so that every input
// reaches what is behind it: whoever can write a file can also write its digest. A FormatError is a normal return;
// whatever else a reader does wrong ends the process or is another exception.
#pragma once

#include <span>
#include <string>

#include "base/bytes.h"

namespace hetal::ckks {
class Context;
}

namespace hetal::fuzzing {

struct Target {
  const char* name;
  /// Files below tests/vectors or fuzz/seeds.
  const char* seeds[3];
  void (*read)(ByteView);
};

/// The engine's formats.
std::span<const Target> engine_targets();
/// The ring of the seed of public_key, N = 32: a reader that takes less time is called with more inputs. No named set.
const ckks::Context& small_ring();
/// The OpenFHE backend's ciphertexts.
std::span<const Target> openfhe_targets();

}  // namespace hetal::fuzzing
