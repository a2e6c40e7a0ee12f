// org.hetal.he.openfhe.owner.ClientNatives: what needs the secret key.
#include <algorithm>

#include "jni/openfhe/bytes.h"
#include "jni/openfhe/secret_bytes.h"
#include "openfhe/security.h"
#include "owner/secret_key.h"

using namespace hetal;
using namespace hetal::openfhe;
using namespace hetal::openfhe::boundary;

#define NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_openfhe_owner_ClientNatives_##name

namespace {

jlong hold_secret(PrivateKey key) {
  return handles().add(std::make_shared<HeldPrivateKey>(HeldPrivateKey{std::move(key)}));
}

PrivateKey private_key_of(const Context& context, jlong handle) {
  PrivateKey out = handles().get<HeldPrivateKey>(handle, "secret key")->value;
  require<InvalidArgument>(out->GetCryptoContext() == context, "expected a secret key of this context");
  return out;
}

int level_of(const Context& context, jint level) {
  const int top = static_cast<int>(primes(context).size()) - 1;
  require<LevelError>(level >= 0 && level <= top, "level of a key: expected 0 to ", top, ", actual ", level);
  return level;
}

/// Keys made and not yet written: nothing of them is in OpenFHE's static maps.
struct HeldKeySet {
  std::string tag;
  std::mutex mutex;
  AutomorphismKeys keys;
};

}  // namespace

NATIVE(void, release)(JNIEnv*, jclass, jlong handle) { handles().remove(handle); }

/// Public key, secret key.
NATIVE(jlongArray, generate)(JNIEnv* env, jclass, jlong context) {
  return evaluating(env, [&] {
    const auto keys = context_of(context)->KeyGen();
    const PrivateKey secret = wiped_at_end(keys.secretKey);
    const jlong out[] = {handles().add(std::make_shared<HeldPublicKey>(HeldPublicKey{keys.publicKey})),
                         hold_secret(secret)};
    return from_longs(env, out);
  });
}

NATIVE(void, generateRelinearizationKey)(JNIEnv* env, jclass, jlong context, jlong key) {
  changing(env, [&] {
    const Context own = context_of(context);
    own->EvalMultKeyGen(private_key_of(own, key));
  });
}

NATIVE(void, generateRotationKeys)(JNIEnv* env, jclass, jlong context, jlong key, jintArray steps) {
  changing(env, [&] {
    const Context own = context_of(context);
    own->EvalRotateKeyGen(private_key_of(own, key), jni::to_ints(env, steps));
  });
}

NATIVE(void, generateConjugationKey)(JNIEnv* env, jclass, jlong context, jlong key) {
  changing(env, [&] {
    const Context own = context_of(context);
    const PrivateKey secret = private_key_of(own, key);
    const auto keys = own->EvalAutomorphismKeyGen(secret, {2 * own->GetRingDimension() - 1});
    lbcrypto::CryptoContextImpl<Polynomial>::InsertEvalAutomorphismKey(keys, secret->GetKeyTag());
  });
}

NATIVE(void, generateBootstrapKeys)(JNIEnv* env, jclass, jlong context, jlong key) {
  changing(env, [&] {
    const Context own = context_of(context);
    const PrivateKey secret = private_key_of(own, key);
    const MemoryReserve reserve(reserve_bytes(bootstrap_keys_polynomials(own)));
    const auto keys = own->GetScheme()->EvalBootstrapKeyGen(secret, own->GetRingDimension() / 2);
    require_secure_bootstrap(own, *keys);
    lbcrypto::CryptoContextImpl<Polynomial>::InsertEvalAutomorphismKey(keys, secret->GetKeyTag());
  });
}

NATIVE(jlong, encrypt)(JNIEnv* env, jclass, jlong context, jlong key, jlong plaintext) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(own->Encrypt(private_key_of(own, key), plaintext_of(own, plaintext)));
  });
}

/// Real parts, then imaginary parts.
NATIVE(jdoubleArray, decrypt)(JNIEnv* env, jclass, jlong context, jlong key, jlong ciphertext) {
  return changing(env, [&] {
    const Context own = context_of(context);
    const Ciphertext a = ciphertext_of(own, ciphertext);
    const PrivateKey secret = private_key_of(own, key);
    require<InvalidArgument>(secret->GetKeyTag() == a->GetKeyTag(), "decrypt: a ciphertext under the key ",
                             a->GetKeyTag(), ", not under ", secret->GetKeyTag());
    const double scale = std::exp2(static_cast<double>(own->GetEncodingParams()->GetPlaintextModulus()) *
                                   static_cast<double>(scale_degree(a)));
    const auto slots = decrypt(own, secret, a, scale);
    std::vector<double> out(2 * slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      out[i] = slots[i].real();
      out[slots.size() + i] = slots[i].imag();
    }
    return from_doubles(env, out);
  });
}

NATIVE(jstring, secretKeyTag)(JNIEnv* env, jclass, jlong key) {
  return guarded(
      env, [&] { return from_string(env, handles().get<HeldPrivateKey>(key, "secret key")->value->GetKeyTag()); });
}
NATIVE(jbyteArray, secretKeySerialize)(JNIEnv* env, jclass, jlong context, jlong key) {
  return evaluating(env, [&] { return private_key_bytes(env, private_key_of(context_of(context), key)); });
}
NATIVE(jlong, secretKeyDeserialize)(JNIEnv* env, jclass, jlong context, jbyteArray bytes) {
  return changing(
      env, [&]() -> jlong { return hold_secret(private_key_from(context_of(context), jni::to_bytes(env, bytes))); });
}
/// -1, 0 or 1 each.
NATIVE(jbyteArray, secretKeyCoefficients)(JNIEnv* env, jclass, jlong context, jlong key) {
  return evaluating(env, [&] {
    const owner::SecretVector secret(secret_coefficients(private_key_of(context_of(context), key)));
    Bytes bytes(secret.values.size());
    std::transform(secret.values.begin(), secret.values.end(), bytes.begin(),
                   [](std::int64_t c) { return static_cast<std::uint8_t>(c); });
    const SecretBytes out(std::move(bytes));
    return from_bytes(env, out.view());
  });
}
NATIVE(jlong, secretKeyFromCoefficients)(JNIEnv* env, jclass, jlong context, jbyteArray coefficients, jstring tag) {
  return evaluating(env, [&]() -> jlong {
    const Context own = context_of(context);
    const SecretBytes bytes(jni::to_bytes(env, coefficients));
    owner::SecretVector secret(bytes.view().size());
    std::transform(bytes.view().begin(), bytes.view().end(), secret.values.begin(),
                   [](std::uint8_t c) { return static_cast<std::int8_t>(c); });
    return hold_secret(secret_from_coefficients(own, secret.values, jni::to_string(env, tag)));
  });
}

// ---- keys for a bundle, one at a time ----

NATIVE(jbyteArray, relinearizationKey)(JNIEnv* env, jclass, jlong context, jlong key, jint level) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    const PrivateKey secret = private_key_of(own, key);
    const EvaluationKey made = own->GetScheme()->EvalMultKeyGen(secret);
    shorten(own, made, level_of(own, level));
    return relinearization_key_bytes(env, secret->GetKeyTag(), made);
  });
}

NATIVE(jbyteArray, automorphismKey)
(JNIEnv* env, jclass, jlong context, jlong key, jint steps, jboolean conjugation, jint level) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    const PrivateKey secret = private_key_of(own, key);
    const std::uint32_t element = conjugation ? conjugation_element(own) : rotation_element(own, steps);
    const auto made = own->EvalAutomorphismKeyGen(secret, {element});
    shorten(own, made->at(element), level_of(own, level));
    return automorphism_keys_bytes(env, secret->GetKeyTag(), *made);
  });
}

/// All keys of a bootstrap, which OpenFHE makes together.
NATIVE(jlong, bootstrapKeySet)(JNIEnv* env, jclass, jlong context, jlong key) {
  return evaluating(env, [&]() -> jlong {
    const Context own = context_of(context);
    const PrivateKey secret = private_key_of(own, key);
    const MemoryReserve reserve(reserve_bytes(bootstrap_keys_polynomials(own)));
    auto set = std::make_shared<HeldKeySet>();
    set->tag = secret->GetKeyTag();
    set->keys = *own->GetScheme()->EvalBootstrapKeyGen(secret, own->GetRingDimension() / 2);
    require_secure_bootstrap(own, set->keys);
    return handles().add(std::move(set));
  });
}

NATIVE(jint, keySetSize)(JNIEnv* env, jclass, jlong handle) {
  return guarded(env, [&]() -> jint {
    const auto set = handles().get<HeldKeySet>(handle, "key set");
    const std::lock_guard lock(set->mutex);
    return static_cast<jint>(set->keys.size());
  });
}

NATIVE(jboolean, keySetHas)(JNIEnv* env, jclass, jlong context, jlong handle, jint steps) {
  return guarded(env, [&]() -> jboolean {
    const auto set = handles().get<HeldKeySet>(handle, "key set");
    const std::lock_guard lock(set->mutex);
    return set->keys.count(rotation_element(context_of(context), steps)) != 0;
  });
}

/// Serialises one key of the set and forgets it.
NATIVE(jbyteArray, keySetTake)(JNIEnv* env, jclass, jlong context, jlong handle) {
  return evaluating(env, [&] {
    context_of(context);
    const auto set = handles().get<HeldKeySet>(handle, "key set");
    const std::lock_guard lock(set->mutex);
    require<InvalidArgument>(!set->keys.empty(), "key set: expected a key, actual none");
    const auto node = set->keys.extract(set->keys.begin());
    return automorphism_keys_bytes(env, set->tag, {{node.key(), node.mapped()}});
  });
}
