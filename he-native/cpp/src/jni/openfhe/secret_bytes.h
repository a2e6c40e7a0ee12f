// A secret key in OpenFHE's own form; in the client's library alone.
#pragma once

#include "jni/openfhe/boundary.h"
#include "openfhe/secret.h"

namespace hetal::openfhe::boundary {

struct HeldPrivateKey {
  PrivateKey value;
};

jbyteArray private_key_bytes(JNIEnv* env, const PrivateKey& key);
/// Under the lock of static_maps(). The bytes are wiped.
PrivateKey private_key_from(const Context& context, Bytes bytes);

}  // namespace hetal::openfhe::boundary
