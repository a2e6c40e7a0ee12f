// OpenFHE's archives: what its serialisation headers need to see, and the two directions.
#pragma once

#include "base/error.h"
#include "jni/openfhe/boundary.h"
#include "cryptocontext-ser.h"
#include "key/key-ser.h"
#include "scheme/ckksrns/ckksrns-ser.h"

namespace hetal::openfhe::boundary {

/// Every serialised object carries its context, whose tables OpenFHE would compute anew (a third of a second and more)
/// before it finds the context that is there already. Under the lock of static_maps().
class WithoutTables {
 public:
  WithoutTables() { lbcrypto::DisablePrecomputeCRTTablesAfterDeserializaton(); }
  ~WithoutTables() { lbcrypto::EnablePrecomputeCRTTablesAfterDeserializaton(); }
  WithoutTables(const WithoutTables&) = delete;
  WithoutTables& operator=(const WithoutTables&) = delete;
};

template <typename Object>
jbyteArray to_bytes(JNIEnv* env, const Object& object) {
  std::ostringstream out;
  lbcrypto::Serial::Serialize(object, out, lbcrypto::SerType::BINARY);
  return from_stream(env, out);
}

template <typename Object>
Object from(Bytes& bytes, const char* what) {
  ByteStream in(bytes);
  Object out;
  lbcrypto::Serial::Deserialize(out, in, lbcrypto::SerType::BINARY);
  require<FormatError>(out != nullptr, what, ": nothing in the serialised form");
  return out;
}

template <typename Key>
void require_context(const Context& context, const Key& key, const char* what) {
  require<FormatError>(key->GetCryptoContext() == context, what, ": made with other parameters than this context's");
}

}  // namespace hetal::openfhe::boundary
