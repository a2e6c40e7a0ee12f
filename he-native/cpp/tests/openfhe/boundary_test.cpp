// The functions that Java calls, with as much of a JVM as they use.
#include <gtest/gtest.h>

#include <memory>

#include "jni/openfhe/secret_bytes.h"
#include "openfhe/keys.h"

extern "C" {
JNIEXPORT jlong JNICALL Java_org_hetal_he_openfhe_owner_ClientNatives_bootstrapKeySet(JNIEnv*, jclass, jlong, jlong);
JNIEXPORT void JNICALL Java_org_hetal_he_openfhe_owner_ClientNatives_generateBootstrapKeys(JNIEnv*, jclass, jlong,
                                                                                           jlong);
}

namespace hetal::openfhe::boundary {
namespace {

/// Keeps the class and the message of the exception that is thrown.
class Java : public JNIEnv {
 public:
  Java() {
    calls_.ExceptionCheck = [](JNIEnv* env) -> jboolean { return !static_cast<Java*>(env)->message.empty(); };
    calls_.FindClass = [](JNIEnv* env, const char* name) {
      static_cast<Java*>(env)->type = name;
      return static_cast<jclass>(&static_cast<Java*>(env)->class_);
    };
    calls_.ThrowNew = [](JNIEnv* env, jclass, const char* text) -> jint {
      static_cast<Java*>(env)->message = text;
      return 0;
    };
    functions = &calls_;
  }

  std::string type, message;

 private:
  JNINativeInterface_ calls_{};
  _jclass class_;
};

/// A context whose bootstraps have all keys and none of the plaintexts, which need more depth, and its secret key.
struct Owner {
  explicit Owner(const Settings& settings) : context(make_context(settings)), key(context->KeyGen().secretKey) {
    context->EvalBootstrapSetup({4, 4}, {0, 0}, context->GetRingDimension() / 2, 0, false);
    context_handle = handles().add(std::make_shared<HeldContext>(context));
    key_handle = handles().add(std::make_shared<HeldPrivateKey>(HeldPrivateKey{key}));
  }
  ~Owner() {
    handles().remove(key_handle);
    handles().remove(context_handle);
  }
  jlong make_set(Java& java) const {
    return Java_org_hetal_he_openfhe_owner_ClientNatives_bootstrapKeySet(&java, nullptr, context_handle, key_handle);
  }
  void make_static(Java& java) const {
    Java_org_hetal_he_openfhe_owner_ClientNatives_generateBootstrapKeys(&java, nullptr, context_handle, key_handle);
  }

  Context context;
  PrivateKey key;
  jlong context_handle, key_handle;
};

Settings bootstrapping(std::uint32_t degree, int security_bits) {
  return {.ring_degree = degree,
          .depth = 1,
          .scaling_bits = 59,
          .first_bits = 60,
          .digits = 1,
          .secret = Secret::kSparseEncapsulated,
          .security_bits = security_bits};
}

/// The sparse secret of a ring of 2^15 may have a modulus of 100 bits, and OpenFHE takes 120.
TEST(OpenFheBoundary, BootstrapKeysOfAWeakSparseSecretAreNotMade) {
  const Owner owner(bootstrapping(1 << 15, 128));
  const std::int64_t held = handles().live();
  Java set, all;
  EXPECT_EQ(owner.make_set(set), 0);
  EXPECT_EQ(set.type, "org/hetal/he/HeSecurityException") << set.message;
  EXPECT_NE(set.message.find("sparse secret"), std::string::npos) << set.message;
  owner.make_static(all);
  EXPECT_EQ(all.type, "org/hetal/he/HeSecurityException");
  EXPECT_EQ(all.message, set.message);
  EXPECT_EQ(automorphism_keys(owner.key->GetKeyTag()), nullptr);
  EXPECT_EQ(handles().live(), held);
}

TEST(OpenFheBoundary, BootstrapKeysOfAToyRingAreMade) {
  const Owner owner(bootstrapping(1 << 10, 0));
  Java java;
  const jlong set = owner.make_set(java);
  EXPECT_NE(set, 0);
  owner.make_static(java);
  EXPECT_EQ(java.message, "");
  EXPECT_NE(automorphism_keys(owner.key->GetKeyTag()), nullptr);
  EXPECT_TRUE(handles().remove(set));
}

template <typename Call>
void expect_internal_error(const Call& call) {
  Java java;
  call(&java);
  EXPECT_EQ(java.type, "org/hetal/he/NativeFaultException");
  EXPECT_EQ(java.message, "an exception of no known type");
}

TEST(OpenFheBoundary, AnExceptionOfNoKnownTypeIsAnInternalError) {
  expect_internal_error([](JNIEnv* env) { guarded(env, [] { throw 42; }); });
  expect_internal_error([](JNIEnv* env) { evaluating(env, [] { throw 42; }); });
  expect_internal_error([](JNIEnv* env) { changing(env, [] { throw 42; }); });
}

}  // namespace
}  // namespace hetal::openfhe::boundary
