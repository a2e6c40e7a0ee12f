// A secret key in OpenFHE's own form; in the client's library alone.
#pragma once

#include "jni/openfhe/boundary.h"
#include "openfhe/secret.h"

namespace hetal::openfhe::boundary {

/// Overwrites the polynomial of the key when its last holder lets go of it.
class HeldPrivateKey {
 public:
  explicit HeldPrivateKey(PrivateKey key) : value(std::move(key)) {}
  ~HeldPrivateKey() {
    if (value.use_count() == 1) wipe(value);
  }
  HeldPrivateKey(const HeldPrivateKey&) = delete;
  HeldPrivateKey& operator=(const HeldPrivateKey&) = delete;

  const PrivateKey value;
};

/// The copies of the serialised key in native memory are overwritten.
jbyteArray private_key_bytes(JNIEnv* env, const PrivateKey& key);
/// Under the lock of static_maps(). Takes the bytes and overwrites them, also after an error.
PrivateKey private_key_from(const Context& context, Bytes bytes);

}  // namespace hetal::openfhe::boundary
