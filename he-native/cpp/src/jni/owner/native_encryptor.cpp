// org.hetal.he.owner.NativeEncryptor
#include "base/files.h"
#include "jni/convert.h"
#include "jni/handles.h"
#include "owner/client.h"

using namespace hetal;
using namespace hetal::jni;

#define HETAL_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_owner_NativeEncryptor_##name

HETAL_NATIVE(jlong, loadNative)(JNIEnv* env, jclass, jstring path, jint threads) {
  return guarded(env, [&]() -> jlong {
    constexpr std::size_t kKeyFileLimit = std::size_t{1} << 28;
    require<InvalidArgument>(threads >= 0 && threads <= 1024, "threads: expected 0 to 1024, actual ", threads);
    return handles().add(std::make_shared<owner::Encryptor>(read_file(to_string(env, path), kKeyFileLimit), threads));
  });
}

HETAL_NATIVE(jboolean, release)(JNIEnv*, jclass, jlong handle) { return handles().remove(handle); }

HETAL_NATIVE(jstring, describe)(JNIEnv* env, jclass, jlong handle, jboolean key_id) {
  return guarded(env, [&] {
    const auto encryptor = handles().get<owner::Encryptor>(handle, "encryptor");
    return from_string(env, key_id ? ckks::hex(encryptor->key_id()) : encryptor->context().parameters().name());
  });
}

HETAL_NATIVE(jstring, lockRefusal)(JNIEnv* env, jclass, jlong handle) {
  return guarded(
      env, [&] { return from_string(env, handles().get<owner::Encryptor>(handle, "encryptor")->lock_refusal()); });
}

HETAL_NATIVE(jbyteArray, encryptNative)(JNIEnv* env, jclass, jlong handle, jdoubleArray real, jint level) {
  return guarded(env, [&] {
    return from_bytes(
        env, handles().get<owner::Encryptor>(handle, "encryptor")->encrypt(to_slots(env, real, nullptr), level));
  });
}

HETAL_NATIVE(jbyteArray, addNative)(JNIEnv* env, jclass, jlong handle, jbyteArray a, jbyteArray b) {
  return guarded(env, [&] {
    const Bytes first = to_bytes(env, a), second = to_bytes(env, b);
    return from_bytes(env, handles().get<owner::Encryptor>(handle, "encryptor")->add(first, second));
  });
}
