#include "jni/convert.h"

#include <limits>
#include <new>

#include "base/error.h"
#include "base/modified_utf8.h"

namespace hetal::jni {
namespace {

template <typename Array>
std::size_t length(JNIEnv* env, Array array) {
  require<InvalidArgument>(array != nullptr, "expected an array, actual null");
  return static_cast<std::size_t>(env->GetArrayLength(array));
}

void check(JNIEnv* env) {
  if (env->ExceptionCheck()) throw PendingJavaException{};
}

template <typename T>
T made(JNIEnv* env, T object) {
  if (object == nullptr) {
    check(env);
    throw std::bad_alloc();
  }
  return object;
}

jsize size_of(std::size_t n) {
  require<InvalidArgument>(n <= static_cast<std::size_t>(std::numeric_limits<jsize>::max()), "array: expected at most ",
                           std::numeric_limits<jsize>::max(), " elements, actual ", n);
  return static_cast<jsize>(n);
}

}  // namespace

void throw_java(JNIEnv* env, const char* type, const char* text) noexcept {
  if (env->ExceptionCheck()) return;
  jclass found = env->FindClass(type);
  if (found == nullptr) return;
  try {
    env->ThrowNew(found, modified_utf8(text).c_str());
  } catch (const std::bad_alloc&) { env->ThrowNew(found, "no memory is left for the message"); }
}

void rethrow_as_java(JNIEnv* env) noexcept {
  try {
    throw;
  } catch (const PendingJavaException&) {
  } catch (const InvalidArgument& e) {
    throw_java(env, "java/lang/IllegalArgumentException", e.what());
  } catch (const ClosedError& e) {
    throw_java(env, "java/lang/IllegalStateException", e.what());
  } catch (const LevelError& e) {
    throw_java(env, "org/hetal/he/HeLevelException", e.what());
  } catch (const ScaleError& e) {
    throw_java(env, "org/hetal/he/HeScaleException", e.what());
  } catch (const MissingKey& e) {
    throw_java(env, "org/hetal/he/HeMissingKeyException", e.what());
  } catch (const FormatError& e) {
    throw_java(env, "org/hetal/he/HeFormatException", e.what());
  } catch (const SecurityError& e) {
    throw_java(env, "org/hetal/he/HeSecurityException", e.what());
  } catch (const FileWriteError& e) {
    throw_java(env, "org/hetal/he/FileWriteException", e.what());
  } catch (const FileError& e) {
    throw_java(env, "org/hetal/he/FileReadException", e.what());
  } catch (const ResourceUnavailable& e) {
    throw_java(env, "org/hetal/he/ResourceUnavailableException", e.what());
  } catch (const DeviceOutOfMemory& e) {
    throw_java(env, "org/hetal/he/DeviceOutOfMemoryException", e.what());
  } catch (const DeviceUnavailable& e) {
    throw_java(env, "org/hetal/he/DeviceUnavailableException", e.what());
  } catch (const DeviceLost& e) {
    throw_java(env, "org/hetal/he/DeviceLostException", e.what());
  } catch (const std::bad_alloc&) {
    throw_java(env, "org/hetal/he/DeviceOutOfMemoryException", "no native memory left for the request");
  } catch (const std::exception& e) { throw_java(env, "org/hetal/he/NativeFaultException", e.what()); } catch (...) {
    throw_java(env, "org/hetal/he/NativeFaultException", "an exception of no known type");
  }
}

std::string to_string(JNIEnv* env, jstring text) {
  require<InvalidArgument>(text != nullptr, "expected a string, actual null");
  const char* chars = made(env, env->GetStringUTFChars(text, nullptr));
  std::string out(chars);
  env->ReleaseStringUTFChars(text, chars);
  return out;
}

std::vector<double> to_doubles(JNIEnv* env, jdoubleArray array) {
  std::vector<double> out(length(env, array));
  env->GetDoubleArrayRegion(array, 0, size_of(out.size()), out.data());
  check(env);
  return out;
}

std::vector<jint> to_ints(JNIEnv* env, jintArray array) {
  std::vector<jint> out(length(env, array));
  env->GetIntArrayRegion(array, 0, size_of(out.size()), out.data());
  check(env);
  return out;
}

std::vector<jlong> to_longs(JNIEnv* env, jlongArray array) {
  std::vector<jlong> out(length(env, array));
  env->GetLongArrayRegion(array, 0, size_of(out.size()), out.data());
  check(env);
  return out;
}

Bytes to_bytes(JNIEnv* env, jbyteArray array) {
  Bytes out(length(env, array));
  env->GetByteArrayRegion(array, 0, size_of(out.size()), reinterpret_cast<jbyte*>(out.data()));
  check(env);
  return out;
}

std::vector<std::complex<double>> to_slots(JNIEnv* env, jdoubleArray real, jdoubleArray imaginary) {
  const std::vector<double> re = to_doubles(env, real);
  const std::vector<double> im = imaginary == nullptr ? std::vector<double>(re.size()) : to_doubles(env, imaginary);
  require<InvalidArgument>(re.size() == im.size(), "encode: unequal lengths ", re.size(), " and ", im.size());
  std::vector<std::complex<double>> out(re.size());
  for (std::size_t i = 0; i < re.size(); ++i) out[i] = {re[i], im[i]};
  return out;
}

jstring from_string(JNIEnv* env, const std::string& text) {
  return made(env, env->NewStringUTF(modified_utf8(text).c_str()));
}

jbyteArray from_bytes(JNIEnv* env, ByteView bytes) {
  jbyteArray out = made(env, env->NewByteArray(size_of(bytes.size())));
  env->SetByteArrayRegion(out, 0, size_of(bytes.size()), reinterpret_cast<const jbyte*>(bytes.data()));
  check(env);
  return out;
}

jlongArray from_longs(JNIEnv* env, std::span<const jlong> values) {
  jlongArray out = made(env, env->NewLongArray(size_of(values.size())));
  env->SetLongArrayRegion(out, 0, size_of(values.size()), values.data());
  check(env);
  return out;
}

jdoubleArray from_doubles(JNIEnv* env, std::span<const double> values) {
  jdoubleArray out = made(env, env->NewDoubleArray(size_of(values.size())));
  env->SetDoubleArrayRegion(out, 0, size_of(values.size()), values.data());
  check(env);
  return out;
}

}  // namespace hetal::jni
