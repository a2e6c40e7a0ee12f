#include "jni/openfhe/bytes.h"

#include "jni/openfhe/archives.h"

namespace hetal::openfhe::boundary {
namespace {

using ContextImpl = lbcrypto::CryptoContextImpl<Polynomial>;

}  // namespace

jbyteArray context_bytes(JNIEnv* env, const Context& context) { return to_bytes(env, context); }

Context context_from(Bytes bytes) {
  Context out = from<Context>(bytes, "context");
  require<FormatError>(out->getSchemeId() == lbcrypto::SCHEME::CKKSRNS_SCHEME, "context: expected CKKS");
  for (const auto feature :
       {lbcrypto::PKE, lbcrypto::KEYSWITCH, lbcrypto::LEVELEDSHE, lbcrypto::ADVANCEDSHE, lbcrypto::FHE}) {
    out->Enable(feature);
  }
  return out;
}

jbyteArray public_key_bytes(JNIEnv* env, const PublicKey& key) { return to_bytes(env, key); }

PublicKey public_key_from(const Context& context, Bytes bytes) {
  const WithoutTables without_tables;
  PublicKey out = from<PublicKey>(bytes, "public key");
  require_context(context, out, "public key");
  require<FormatError>(out->GetPublicElements().size() == 2, "public key: expected 2 polynomials, actual ",
                       out->GetPublicElements().size());
  return out;
}

jbyteArray relinearization_keys_bytes(JNIEnv* env, const std::string& tag) {
  std::ostringstream out;
  require<MissingKey>(ContextImpl::SerializeEvalMultKey(out, lbcrypto::SerType::BINARY, tag),
                      "no relinearization key of ", tag);
  return from_stream(env, out);
}

jbyteArray automorphism_keys_bytes(JNIEnv* env, const std::string& tag) {
  const auto& all = ContextImpl::GetAllEvalAutomorphismKeys();
  require<MissingKey>(all.find(tag) != all.end(), "no rotation keys of ", tag);
  std::ostringstream out;
  require<MissingKey>(ContextImpl::SerializeEvalAutomorphismKey(out, lbcrypto::SerType::BINARY, tag),
                      "no rotation keys of ", tag);
  return from_stream(env, out);
}

jbyteArray relinearization_key_bytes(JNIEnv* env, const std::string& tag, const lbcrypto::EvalKey<Polynomial>& key) {
  return to_bytes(env, std::map<std::string, std::vector<lbcrypto::EvalKey<Polynomial>>>{{tag, {key}}});
}

jbyteArray automorphism_keys_bytes(JNIEnv* env, const std::string& tag, const AutomorphismKeys& keys) {
  return to_bytes(
      env, std::map<std::string, std::shared_ptr<AutomorphismKeys>>{{tag, std::make_shared<AutomorphismKeys>(keys)}});
}

void load_relinearization_keys(const Context& context, Bytes bytes) {
  const WithoutTables without_tables;
  ByteStream in(bytes);
  std::map<std::string, std::vector<lbcrypto::EvalKey<Polynomial>>> keys;
  lbcrypto::Serial::Deserialize(keys, in, lbcrypto::SerType::BINARY);
  for (const auto& [tag, list] : keys) {
    require<FormatError>(!list.empty() && list[0] != nullptr, "relinearization key: nothing in the serialised form");
    require_context(context, list[0], "relinearization key");
    // One tag, one key pair: another context of these settings has loaded its key already, and OpenFHE refuses a
    // second.
    const auto& all = ContextImpl::GetAllEvalMultKeys();
    if (all.find(tag) == all.end()) ContextImpl::InsertEvalMultKey(list, tag);
  }
}

void load_automorphism_keys(const Context& context, Bytes bytes) {
  const WithoutTables without_tables;
  ByteStream in(bytes);
  std::map<std::string, std::shared_ptr<std::map<std::uint32_t, lbcrypto::EvalKey<Polynomial>>>> keys;
  lbcrypto::Serial::Deserialize(keys, in, lbcrypto::SerType::BINARY);
  for (const auto& [tag, map] : keys) {
    require<FormatError>(map != nullptr && !map->empty(), "rotation keys: nothing in the serialised form");
    for (const auto& [element, key] : *map) {
      require<FormatError>(key != nullptr, "rotation keys: nothing for Galois element ", element);
      require_context(context, key, "rotation keys");
    }
    ContextImpl::InsertEvalAutomorphismKey(map, tag);
  }
}

}  // namespace hetal::openfhe::boundary
