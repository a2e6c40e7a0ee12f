// org.hetal.he.owner.NativeClient and its bundle writer
#include "base/files.h"
#include "jni/convert.h"
#include "jni/handles.h"
#include "jni/key_plan.h"
#include "owner/client.h"

using namespace hetal;
using namespace hetal::jni;

namespace {

constexpr std::size_t kKeyFileLimit = std::size_t{1} << 28;

std::shared_ptr<owner::Client> client_of(jlong handle) { return handles().get<owner::Client>(handle, "client"); }

/// The writer and the client whose secret it uses.
struct HeldWriter {
  std::shared_ptr<owner::Client> client;
  std::unique_ptr<owner::BundleWriter> writer;
};

int checked_threads(jint threads) {
  require<InvalidArgument>(threads >= 0 && threads <= 1024, "threads: expected 0 to 1024, actual ", threads);
  return threads;
}

}  // namespace

#define HETAL_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_owner_NativeClient_##name

HETAL_NATIVE(jlong, generateNative)(JNIEnv* env, jclass, jstring set, jint threads) {
  return guarded(env, [&]() -> jlong {
    const SecretSeed seed(Random::seed_from_os());
    return handles().add(
        std::make_shared<owner::Client>(to_string(env, set), checked_threads(threads), seed.value(), false));
  });
}

HETAL_NATIVE(jlong, insecureGenerateNative)(JNIEnv* env, jclass, jstring set, jint threads, jlong seed) {
  return guarded(env, [&]() -> jlong {
    return handles().add(std::make_shared<owner::Client>(
        to_string(env, set), checked_threads(threads), Random::insecure_seed(static_cast<std::uint64_t>(seed)), true));
  });
}

HETAL_NATIVE(jlong, loadNative)(JNIEnv* env, jclass, jstring path, jint threads) {
  return guarded(env, [&]() -> jlong {
    const SecretBytes file(read_private_file(to_string(env, path), kKeyFileLimit));
    return handles().add(std::make_shared<owner::Client>(file.view(), checked_threads(threads)));
  });
}

HETAL_NATIVE(jlong, loadBytesNative)(JNIEnv* env, jclass, jbyteArray bytes, jint threads) {
  return guarded(env, [&]() -> jlong {
    const SecretBytes file(to_bytes(env, bytes));
    return handles().add(std::make_shared<owner::Client>(file.view(), checked_threads(threads)));
  });
}

HETAL_NATIVE(jboolean, release)(JNIEnv*, jclass, jlong handle) { return handles().remove(handle); }

HETAL_NATIVE(jstring, describe)(JNIEnv* env, jclass, jlong handle, jboolean key_id) {
  return guarded(env, [&] {
    const auto client = client_of(handle);
    return from_string(env, key_id ? ckks::hex(client->key_id()) : client->context().parameters().name());
  });
}

HETAL_NATIVE(jstring, lockRefusal)(JNIEnv* env, jclass, jlong handle) {
  return guarded(env, [&] { return from_string(env, client_of(handle)->lock_refusal()); });
}

HETAL_NATIVE(jbyteArray, encryptNative)
(JNIEnv* env, jclass, jlong handle, jdoubleArray real, jdoubleArray imaginary, jint level) {
  return guarded(env,
                 [&] { return from_bytes(env, client_of(handle)->encrypt(to_slots(env, real, imaginary), level)); });
}

HETAL_NATIVE(jdoubleArray, decryptNative)(JNIEnv* env, jclass, jlong handle, jbyteArray ciphertext, jboolean complex) {
  return guarded(env, [&] {
    const auto slots = client_of(handle)->decrypt(to_bytes(env, ciphertext));
    std::vector<double> out;
    out.reserve(2 * slots.size());
    for (const auto& z : slots) out.push_back(z.real());
    if (complex) {
      for (const auto& z : slots) out.push_back(z.imag());
    }
    return from_doubles(env, out);
  });
}

HETAL_NATIVE(jbyteArray, secretKeyNative)(JNIEnv* env, jclass, jlong handle) {
  return guarded(env, [&] {
    const SecretBytes file(client_of(handle)->secret_key_file());
    return from_bytes(env, file.view());
  });
}

HETAL_NATIVE(void, saveSecretKeyNative)(JNIEnv* env, jclass, jlong handle, jstring path) {
  guarded(env, [&] { client_of(handle)->save_secret_key(to_string(env, path)); });
}

HETAL_NATIVE(void, savePublicKeyNative)(JNIEnv* env, jclass, jlong handle, jstring path) {
  guarded(env, [&] { client_of(handle)->save_public_key(to_string(env, path)); });
}

HETAL_NATIVE(jlong, openWriter)
(JNIEnv* env, jclass, jlong handle, jstring directory, jintArray rotations, jint relinearization, jint conjugation,
 jboolean bootstrap, jintArray sparse) {
  return guarded(env, [&]() -> jlong {
    const owner::KeyPlan plan = key_plan_of(env, rotations, relinearization, conjugation, bootstrap, sparse);
    auto client = client_of(handle);
    auto writer = client->bundle_writer(to_string(env, directory), plan);
    return handles().add(std::make_shared<HeldWriter>(HeldWriter{std::move(client), std::move(writer)}));
  });
}

HETAL_NATIVE(jint, writerTotal)(JNIEnv* env, jclass, jlong writer) {
  return guarded(
      env, [&]() -> jint { return static_cast<jint>(handles().get<HeldWriter>(writer, "writer")->writer->total()); });
}

HETAL_NATIVE(jlong, writeNext)(JNIEnv* env, jclass, jlong writer) {
  return guarded(env, [&]() -> jlong {
    return static_cast<jlong>(handles().get<HeldWriter>(writer, "writer")->writer->write_next());
  });
}

HETAL_NATIVE(void, commitWriter)(JNIEnv* env, jclass, jlong writer) {
  guarded(env, [&] { handles().get<HeldWriter>(writer, "writer")->writer->commit(); });
}
