// org.hetal.he.openfhe.owner.EngineClientNatives: a client for the engine whose secret key is OpenFHE's.
#include "openfhe/engine_client.h"

#include "base/error.h"
#include "jni/key_plan.h"
#include "jni/openfhe/bytes.h"
#include "jni/openfhe/secret_bytes.h"

using namespace hetal;
using namespace hetal::openfhe;
using namespace hetal::openfhe::boundary;

#define NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_openfhe_owner_EngineClientNatives_##name

namespace {

/// The context is held as Java's are, so that it leaves OpenFHE's static list with its last holder.
struct HeldClient {
  std::unique_ptr<EngineClient> client;
  std::unique_ptr<HeldContext> context;
  std::mutex mutex;
};

struct HeldWriter {
  std::shared_ptr<HeldClient> client;
  std::unique_ptr<owner::BundleWriter> writer;
};

std::shared_ptr<HeldClient> client_of(jlong handle) { return handles().get<HeldClient>(handle, "client"); }

template <typename Make>
jlong hold_client(JNIEnv* env, const Make& make) {
  return guarded(env, [&]() -> jlong {
    auto held = std::make_shared<HeldClient>();
    {
      const std::unique_lock lock(static_maps());
      held->client = make();
      held->context = std::make_unique<HeldContext>(held->client->openfhe());
    }
    return handles().add(std::move(held));
  });
}

}  // namespace

NATIVE(void, release)(JNIEnv*, jclass, jlong handle) { handles().remove(handle); }

NATIVE(jlong, generate)(JNIEnv* env, jclass, jstring parameter_set, jint threads) {
  return hold_client(env, [&] { return std::make_unique<EngineClient>(jni::to_string(env, parameter_set), threads); });
}

NATIVE(jlong, load)
(JNIEnv* env, jclass, jstring parameter_set, jint threads, jstring key_id, jbyteArray secret) {
  return hold_client(env, [&] {
    return std::make_unique<EngineClient>(
        jni::to_string(env, parameter_set), threads, ckks::key_id_from_hex(jni::to_string(env, key_id)),
        [&](const Context& context) { return private_key_from(context, jni::to_bytes(env, secret)); });
  });
}

NATIVE(jstring, keyId)(JNIEnv* env, jclass, jlong handle) {
  return guarded(env, [&] { return from_string(env, ckks::hex(client_of(handle)->client->key_id())); });
}

NATIVE(jbyteArray, secretKey)(JNIEnv* env, jclass, jlong handle) {
  return evaluating(env, [&] { return private_key_bytes(env, client_of(handle)->client->secret()); });
}

NATIVE(jbyteArray, encrypt)(JNIEnv* env, jclass, jlong handle, jdoubleArray real, jdoubleArray imaginary, jint level) {
  return changing(env, [&] {
    return from_bytes(env, client_of(handle)->client->encrypt(jni::to_slots(env, real, imaginary), level));
  });
}

/// Real parts, then imaginary parts.
NATIVE(jdoubleArray, decrypt)(JNIEnv* env, jclass, jlong handle, jbyteArray ciphertext) {
  return changing(env, [&] {
    const auto slots = client_of(handle)->client->decrypt(jni::to_bytes(env, ciphertext));
    std::vector<double> out(2 * slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      out[i] = slots[i].real();
      out[slots.size() + i] = slots[i].imag();
    }
    return from_doubles(env, out);
  });
}

NATIVE(jlong, openWriter)
(JNIEnv* env, jclass, jlong handle, jstring directory, jintArray rotations, jint relinearization, jint conjugation,
 jboolean bootstrap, jintArray sparse) {
  return guarded(env, [&]() -> jlong {
    const owner::KeyPlan plan = jni::key_plan_of(env, rotations, relinearization, conjugation, bootstrap, sparse);
    auto client = client_of(handle);
    auto writer = client->client->bundle_writer(jni::to_string(env, directory), plan);
    return handles().add(std::make_shared<HeldWriter>(HeldWriter{std::move(client), std::move(writer)}));
  });
}

NATIVE(jint, writerTotal)(JNIEnv* env, jclass, jlong writer) {
  return guarded(
      env, [&]() -> jint { return static_cast<jint>(handles().get<HeldWriter>(writer, "writer")->writer->total()); });
}

NATIVE(jlong, writeNext)(JNIEnv* env, jclass, jlong writer) {
  return guarded(env, [&]() -> jlong {
    const auto held = handles().get<HeldWriter>(writer, "writer");
    const std::lock_guard lock(held->client->mutex);
    return static_cast<jlong>(held->writer->write_next());
  });
}

NATIVE(void, commitWriter)(JNIEnv* env, jclass, jlong writer) {
  guarded(env, [&] { handles().get<HeldWriter>(writer, "writer")->writer->commit(); });
}
