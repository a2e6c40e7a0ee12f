// What a loader checks of a library: org.hetal.he.engine.EngineLibrary and org.hetal.he.owner.OwnerLibrary. Compiled
// into each.
#include <jni.h>

#include "build_info.h"
#include "device/cpu/kernel_paths.h"
#include "jni/convert.h"
#include "jni/handles.h"

#ifdef HETAL_OWNER_LIBRARY
#include "owner/process.h"
#endif

using namespace hetal::jni;

#ifdef HETAL_OWNER_LIBRARY
#define HETAL_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_owner_OwnerLibrary_##name
#else
#define HETAL_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_engine_EngineLibrary_##name
#endif

/// Raised when a native method's signature or meaning changes.
constexpr jint kAbiVersion = 6;

HETAL_NATIVE(jint, abiVersion)(JNIEnv*, jclass) { return kAbiVersion; }

/// Null, with Java's own error pending, when there is no memory.
HETAL_NATIVE(jstring, commit)(JNIEnv* env, jclass) { return env->NewStringUTF(HETAL_COMMIT); }

/// The instruction set of the processor's kernels.
HETAL_NATIVE(jstring, cpuPath)(JNIEnv* env, jclass) {
  return guarded(env, [&] { return from_string(env, std::string(hetal::device::choose_kernel_path().name)); });
}

#ifdef HETAL_OWNER_LIBRARY
HETAL_NATIVE(void, protectProcessNative)(JNIEnv* env, jclass) {
  guarded(env, [] { hetal::owner::protect_process(); });
}
#endif

/// Objects that Java has not closed.
HETAL_NATIVE(jlong, liveObjects)(JNIEnv*, jclass) { return handles().live(); }
