#include "jni/openfhe/secret_bytes.h"

#include <cstring>

#include "jni/openfhe/archives.h"

namespace hetal::openfhe::boundary {

jbyteArray private_key_bytes(JNIEnv* env, const PrivateKey& key) { return to_bytes(env, key); }

PrivateKey private_key_from(const Context& context, Bytes bytes) {
  const WithoutTables without_tables;
  PrivateKey out = from<PrivateKey>(bytes, "secret key");
  explicit_bzero(bytes.data(), bytes.size());
  require_context(context, out, "secret key");
  return out;
}

}  // namespace hetal::openfhe::boundary
