// Ciphertexts.
#pragma once

#include <vector>

#include "ckks/context.h"

namespace hetal::ckks {

/// Decrypts as c0 + c1 s (+ c2 s^2). Evaluation form; every part has level + 1 limbs.
struct Ciphertext {
  std::vector<RnsPoly> parts;
  int level = 0;
  double scale = 0;
};

}  // namespace hetal::ckks
