// org.hetal.he.engine.NativeCiphertext and org.hetal.he.engine.NativePlaintext: what they are and their end.
#include "jni/convert.h"
#include "engine/engine.h"
#include "jni/handles.h"

using namespace hetal::jni;
using namespace hetal::engine;

/// level, scale degree, parts: a byte each from the bottom.
extern "C" JNIEXPORT jint JNICALL Java_org_hetal_he_engine_NativeCiphertext_describe(JNIEnv* env, jclass,
                                                                                     jlong handle) {
  return guarded(env, [&]() -> jint {
    const auto held = handles().get<HeldCiphertext>(handle, "ciphertext");
    return static_cast<jint>(static_cast<unsigned>(held->value.level) |
                             static_cast<unsigned>(held->engine->scale_degree(held->value)) << 8 |
                             static_cast<unsigned>(held->value.parts.size()) << 16);
  });
}

extern "C" JNIEXPORT jboolean JNICALL Java_org_hetal_he_engine_NativeCiphertext_release(JNIEnv*, jclass, jlong handle) {
  return handles().remove(handle);
}

extern "C" JNIEXPORT jboolean JNICALL Java_org_hetal_he_engine_NativePlaintext_release(JNIEnv*, jclass, jlong handle) {
  return handles().remove(handle);
}
