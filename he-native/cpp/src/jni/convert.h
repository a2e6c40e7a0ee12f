// Converts Java values to C++ values and back, and C++ exceptions to Java exceptions.
#pragma once

#include <jni.h>

#include <complex>
#include <span>
#include <type_traits>
#include <vector>

#include "base/bytes.h"

namespace hetal::jni {

/// Thrown when a Java exception is pending, to unwind to the boundary.
struct PendingJavaException {};

void throw_java(JNIEnv* env, const char* type, const char* text) noexcept;
/// Throws the current C++ exception as a Java exception. Must be called inside a catch block.
void rethrow_as_java(JNIEnv* env) noexcept;

/// Runs the body. If it throws, throws the Java exception of that type and returns 0.
template <typename Body>
std::invoke_result_t<Body> guarded(JNIEnv* env, Body&& body) noexcept {
  try {
    return body();
  } catch (...) { rethrow_as_java(env); }
  if constexpr (!std::is_void_v<std::invoke_result_t<Body>>) return {};
}

std::string to_string(JNIEnv* env, jstring text);
std::vector<double> to_doubles(JNIEnv* env, jdoubleArray array);
std::vector<jint> to_ints(JNIEnv* env, jintArray array);
std::vector<jlong> to_longs(JNIEnv* env, jlongArray array);
Bytes to_bytes(JNIEnv* env, jbyteArray array);
/// Complex slots from real parts and, unless null, as many imaginary parts.
std::vector<std::complex<double>> to_slots(JNIEnv* env, jdoubleArray real, jdoubleArray imaginary);

jstring from_string(JNIEnv* env, const std::string& text);
jbyteArray from_bytes(JNIEnv* env, ByteView bytes);
jlongArray from_longs(JNIEnv* env, std::span<const jlong> values);
jdoubleArray from_doubles(JNIEnv* env, std::span<const double> values);

}  // namespace hetal::jni
