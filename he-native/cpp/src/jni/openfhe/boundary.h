// What the two OpenFHE libraries share at the boundary with Java: one table of handles, the lock around OpenFHE's
// static key maps, and the mapping of OpenFHE's own exception.
#pragma once

#include <list>
#include <shared_mutex>
#include <sstream>

#include "jni/convert.h"
#include "jni/handles.h"
#include "jni/openfhe/memory_reserve.h"
#include "openfhe/keys.h"
#include "openfhe/operations.h"

namespace hetal::openfhe::boundary {

using hetal::jni::from_bytes;
using hetal::jni::from_doubles;
using hetal::jni::from_longs;
using hetal::jni::from_string;
using hetal::jni::Handles;

/// Lives in the evaluation library, so that the client's library finds the same objects.
Handles& handles();

/// Shared by evaluation, exclusive for whoever changes OpenFHE's static maps of keys and contexts.
std::shared_mutex& static_maps();

/// A context as Java holds it. OpenFHE gives equal settings one and the same context, whose keys go with its last
/// holder.
class HeldContext {
 public:
  explicit HeldContext(Context context);
  /// Safe inside a call that holds static_maps(), where Java may close in another thread what the call uses: the keys
  /// then go when the call has ended.
  ~HeldContext();
  HeldContext(const HeldContext&) = delete;
  HeldContext& operator=(const HeldContext&) = delete;
  const Context& value() const { return node_.front(); }

 private:
  std::list<Context> node_;  // of one: handed on without allocating
};

/// One call from Java that holds static_maps() in between; drops, at its end, the contexts that ended meanwhile.
class MapsCall {
 public:
  MapsCall();
  ~MapsCall();
  MapsCall(const MapsCall&) = delete;
  MapsCall& operator=(const MapsCall&) = delete;
};

struct HeldCiphertext {
  Ciphertext value;
};
struct HeldPlaintext {
  Context context;
  lbcrypto::Plaintext value;
};
struct HeldPublicKey {
  PublicKey value;
};

Context context_of(jlong handle);
/// Throws InvalidArgument for an object of another context.
Ciphertext ciphertext_of(const Context& context, jlong handle);
std::vector<Ciphertext> ciphertexts_of(const Context& context, const std::vector<jlong>& handles);
lbcrypto::Plaintext plaintext_of(const Context& context, jlong handle);
PublicKey public_key_of(const Context& context, jlong handle);

jlong hold(Ciphertext ciphertext);
jlongArray hold(JNIEnv* env, std::vector<Ciphertext> ciphertexts);

/// Threads that OpenFHE uses inside one operation, of the whole process; returns how many it will. OpenMP itself keeps
/// the number with the calling thread, so each call from Java sets it first.
int set_threads(int threads);
void use_threads();

/// Bytes of so many polynomials over all primes of the largest context of the process.
std::size_t reserve_bytes(std::size_t polynomials = kCallPolynomials);

/// OpenFHE's message without the build paths that it begins with.
std::string cleaned(const std::string& message);

template <typename Body>
std::invoke_result_t<Body> guarded(JNIEnv* env, Body&& body) noexcept {
  return hetal::jni::guarded(env, [&] {
    try {
      const MemoryReserve reserve(reserve_bytes());
      use_threads();
      return body();
    } catch (const lbcrypto::OpenFHEException& e) {
      const std::string text = cleaned(e.what());
      // OpenFHE has one type for everything; a refusal by its security table is the one that callers tell apart.
      const bool insecure =
          text.find("HE standards") != std::string::npos || text.find("security requirements") != std::string::npos;
      jni::throw_java(env, insecure ? "org/hetal/he/HeSecurityException" : "org/hetal/he/openfhe/OpenFheException",
                      text.c_str());
      throw jni::PendingJavaException{};
    } catch (const cereal::Exception& e) { throw FormatError(std::string("OpenFHE's serialised form: ") + e.what()); }
  });
}

/// As guarded, holding the static maps shared (evaluation).
template <typename Body>
std::invoke_result_t<Body> evaluating(JNIEnv* env, Body&& body) noexcept {
  return guarded(env, [&] {
    const MapsCall call;
    const std::shared_lock lock(static_maps());
    return body();
  });
}

/// As guarded, holding the static maps alone (contexts and keys made, read, dropped).
template <typename Body>
std::invoke_result_t<Body> changing(JNIEnv* env, Body&& body) noexcept {
  return guarded(env, [&] {
    const MapsCall call;
    const std::unique_lock lock(static_maps());
    return body();
  });
}

/// A stream that reads a byte array where it lies.
class ByteStream : private std::streambuf, public std::istream {
 public:
  explicit ByteStream(Bytes& bytes) : std::istream(static_cast<std::streambuf*>(this)) {
    char* const begin = reinterpret_cast<char*>(bytes.data());
    setg(begin, begin, begin + bytes.size());
  }
};

jbyteArray from_stream(JNIEnv* env, const std::ostringstream& out);

}  // namespace hetal::openfhe::boundary
