// A secret key in OpenFHE's own form; in the client's library alone.
#pragma once

#include "jni/openfhe/boundary.h"
#include "openfhe/secret.h"

namespace hetal::openfhe::boundary {

/// A key of wiped_at_end().
struct HeldPrivateKey {
  const PrivateKey value;
};

/// The copies of the serialised key in native memory are overwritten.
jbyteArray private_key_bytes(JNIEnv* env, const PrivateKey& key);
/// Under the lock of static_maps(). Takes the bytes and overwrites them, also after an error. The key is
/// overwritten at its end.
PrivateKey private_key_from(const Context& context, Bytes bytes);

}  // namespace hetal::openfhe::boundary
