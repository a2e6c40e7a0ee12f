// The functions that Java calls, with as much of a JVM as they use.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <new>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

/// In a process of its own, whose address space is limited.
template <typename Body>
void expect_in_child(std::size_t bytes_left, const Body& body) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::ifstream statm("/proc/self/statm");
    std::size_t pages = 0;
    statm >> pages;
    const rlim_t limit = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + bytes_left;
    const rlimit as{limit, limit};
    if (setrlimit(RLIMIT_AS, &as) != 0) _exit(2);
    _exit(body() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

constexpr std::size_t kMiB = 1 << 20;

bool is_granted(std::size_t bytes) {
  try {
    ::operator delete(::operator new(bytes));
    return true;
  } catch (const std::bad_alloc&) { return false; }
}

TEST(OpenFheBoundary, ARefusedReserveIsAnException) {
  expect_in_child(64 * kMiB, [] {
    try {
      const MemoryReserve reserve(128 * kMiB);
      return false;
    } catch (const std::bad_alloc&) { return true; }
  });
}

TEST(OpenFheBoundary, MemoryThatIsRefusedIsTakenFromTheReserves) {
  expect_in_child(300 * kMiB, [] {
    if (is_granted(310 * kMiB)) return false;  // before there is a reserve
    const MemoryReserve first(128 * kMiB);
    {
      const MemoryReserve second(128 * kMiB);
      // Of 300 MiB 44 are left, then 172, then all.
      if (!is_granted(100 * kMiB) || !is_granted(250 * kMiB) || is_granted(310 * kMiB)) return false;
    }
    const MemoryReserve third(250 * kMiB);
    return is_granted(200 * kMiB) && !is_granted(310 * kMiB);
  });
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
