// org.hetal.he.engine.NativeParameters
#include "ckks/parameters.h"
#include "jni/convert.h"

using namespace hetal;
using namespace hetal::jni;

#define HETAL_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_engine_NativeParameters_##name

HETAL_NATIVE(jstring, hashOf)(JNIEnv* env, jclass, jstring name) {
  return guarded(env, [&] { return from_string(env, ckks::Parameters::named(to_string(env, name)).hash()); });
}

/// Ring degree, log QP, security bits, bootstrap input and output level, bootstrap bound, then the scale of each level.
HETAL_NATIVE(jdoubleArray, numbersOf)(JNIEnv* env, jclass, jstring name) {
  return guarded(env, [&] {
    const ckks::Parameters p = ckks::Parameters::named(to_string(env, name));
    std::vector<double> out{static_cast<double>(p.ring_degree()),
                            p.log_qp(),
                            static_cast<double>(p.security_bits()),
                            static_cast<double>(p.bootstrap_input_level()),
                            static_cast<double>(p.bootstrap_output_level()),
                            p.bootstrap_bound()};
    for (int level = 0; level <= p.bootstrap_output_level(); ++level) out.push_back(p.scale(level));
    return from_doubles(env, out);
  });
}
