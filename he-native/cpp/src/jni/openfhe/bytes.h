// OpenFHE's own serialisation (cereal's portable binary archives), to and from byte arrays. OpenFHE's readers trust
// their input: callers check a digest first.
#pragma once

#include "jni/openfhe/boundary.h"
#include "openfhe/keys.h"

namespace hetal::openfhe::boundary {

jbyteArray context_bytes(JNIEnv* env, const Context& context);
Context context_from(Bytes bytes);
jbyteArray public_key_bytes(JNIEnv* env, const PublicKey& key);
PublicKey public_key_from(const Context& context, Bytes bytes);
/// CryptoContextImpl::SerializeEvalMultKey, SerializeEvalAutomorphismKey: the keys of one tag.
jbyteArray relinearization_keys_bytes(JNIEnv* env, const std::string& tag);
jbyteArray automorphism_keys_bytes(JNIEnv* env, const std::string& tag);
/// The same form for keys that are not in the static maps.
jbyteArray relinearization_key_bytes(JNIEnv* env, const std::string& tag, const lbcrypto::EvalKey<Polynomial>& key);
jbyteArray automorphism_keys_bytes(JNIEnv* env, const std::string& tag, const AutomorphismKeys& keys);
/// Into OpenFHE's static maps, where later keys of a tag add to earlier ones.
void load_relinearization_keys(const Context& context, Bytes bytes);
void load_automorphism_keys(const Context& context, Bytes bytes);

}  // namespace hetal::openfhe::boundary
