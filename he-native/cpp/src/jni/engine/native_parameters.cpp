// org.hetal.he.engine.NativeParameters
#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "ckks/key_file.h"
#include "jni/convert.h"

using namespace hetal;
using namespace hetal::jni;

#define HETAL_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_engine_NativeParameters_##name

HETAL_NATIVE(jstring, hashOf)(JNIEnv* env, jclass, jstring name) {
  return guarded(env, [&] { return from_string(env, ckks::Parameters::named(to_string(env, name)).hash()); });
}

/// Ring degree, log QP, security bits, bootstrap input and output level, bootstrap bound, special primes, bytes of the
/// keys of bootstraps of all slots with pairs; then for each level its scale, the digits of a key, bytes of a key file
/// and of a part of a ciphertext on disk.
HETAL_NATIVE(jdoubleArray, numbersOf)(JNIEnv* env, jclass, jstring name) {
  return guarded(env, [&] {
    const ckks::Parameters p = ckks::Parameters::named(to_string(env, name));
    std::vector<double> out{static_cast<double>(p.ring_degree()),
                            p.log_qp(),
                            static_cast<double>(p.security_bits()),
                            static_cast<double>(p.bootstrap_input_level()),
                            static_cast<double>(p.bootstrap_output_level()),
                            p.bootstrap_bound(),
                            static_cast<double>(p.p().size()),
                            static_cast<double>(bootstrap::key_bytes(p))};
    for (int level = 0; level <= p.bootstrap_output_level(); ++level) {
      out.push_back(p.scale(level));
      out.push_back(p.digit_count(level));
      out.push_back(static_cast<double>(ckks::key_file_bytes(p, ckks::KeyKind::galois, level)));
      out.push_back(static_cast<double>(p.packed_bytes(level, false)));
    }
    return from_doubles(env, out);
  });
}

/// Of a sparse bootstrap: bytes of its key files, the levels of relinearization and conjugation, then steps and level
/// of each rotation.
HETAL_NATIVE(jdoubleArray, sparseBootstrapKeysOf)(JNIEnv* env, jclass, jstring name, jint slots) {
  return guarded(env, [&] {
    const ckks::Parameters p = ckks::Parameters::named(to_string(env, name));
    const auto rotations = bootstrap::sparse_rotation_levels(p, static_cast<std::uint32_t>(slots));
    std::vector<double> out{static_cast<double>(bootstrap::key_bytes(p, rotations)),
                            static_cast<double>(p.eval_mod_level()), static_cast<double>(p.eval_mod_level() + 1)};
    for (const auto& [steps, level] : rotations) {
      out.push_back(steps);
      out.push_back(level);
    }
    return from_doubles(env, out);
  });
}
