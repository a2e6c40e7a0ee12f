// org.hetal.he.openfhe.Natives: contexts, plaintexts, public keys, ciphertexts and what is computed with them.
#include "build_info.h"
#include "jni/openfhe/bytes.h"
#include "openfhe/ciphertext_format.h"
#include "openfhe/transforms.h"

using namespace hetal;
using namespace hetal::openfhe;
using namespace hetal::openfhe::boundary;
namespace he = hetal::openfhe;

#define NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_openfhe_Natives_##name

namespace {

Secret secret_of(jint number) {
  require<InvalidArgument>(number >= 0 && number <= 2, "secret: expected 0 to 2, actual ", number);
  return static_cast<Secret>(number);
}

std::uint32_t natural(const char* what, jint number) {
  require<InvalidArgument>(number >= 0, what, ": expected 0 or more, actual ", number);
  return static_cast<std::uint32_t>(number);
}

/// Makes a context and holds it; the static list of contexts changes under the lock, the handle outside it.
template <typename Make>
jlong hold_context(JNIEnv* env, const Make& make) {
  return guarded(env, [&] {
    std::shared_ptr<HeldContext> held;
    {
      const std::unique_lock lock(static_maps());
      held = std::make_shared<HeldContext>(make());
    }
    return static_cast<jlong>(handles().add(std::move(held)));
  });
}

jlongArray longs_of(JNIEnv* env, const std::vector<std::uint64_t>& values) {
  return from_longs(env, std::vector<jlong>(values.begin(), values.end()));
}

}  // namespace

NATIVE(jstring, commit)(JNIEnv* env, jclass) {
  return guarded(env, [&] { return from_string(env, HETAL_COMMIT); });
}

NATIVE(jstring, version)(JNIEnv* env, jclass) {
  return guarded(env, [&] { return from_string(env, version()); });
}

/// Returns how many threads OpenFHE uses inside one operation from now on.
NATIVE(jint, setThreads)(JNIEnv* env, jclass, jint threads) {
  return guarded(env, [&]() -> jint {
    require<InvalidArgument>(threads >= 1, "threads: expected 1 or more, actual ", threads);
    return set_threads(threads);
  });
}

NATIVE(jint, threads)(JNIEnv* env, jclass) {
  return guarded(env, []() -> jint { return lbcrypto::OpenFHEParallelControls.GetNumThreads(); });
}

NATIVE(jlong, liveObjects)(JNIEnv*, jclass) { return handles().live(); }
/// Contexts and key sets in OpenFHE's static maps.
NATIVE(jint, staticEntries)(JNIEnv* env, jclass) {
  return evaluating(env, [&]() -> jint {
    using Impl = lbcrypto::CryptoContextImpl<Polynomial>;
    return static_cast<jint>(lbcrypto::CryptoContextFactory<Polynomial>::GetAllContexts().size() +
                             Impl::GetAllEvalMultKeys().size() + Impl::GetAllEvalAutomorphismKeys().size());
  });
}
NATIVE(void, release)(JNIEnv*, jclass, jlong handle) { handles().remove(handle); }

// ---- contexts ----

NATIVE(jlong, contextCreate)
(JNIEnv* env, jclass, jint ring_degree, jint depth, jint scaling_bits, jint first_bits, jint digits, jint secret,
 jint security_bits) {
  return hold_context(env, [&] {
    return make_context({natural("ring degree", ring_degree), natural("depth", depth),
                         natural("scaling bits", scaling_bits), natural("first bits", first_bits),
                         natural("digits", digits), secret_of(secret), security_bits});
  });
}

NATIVE(jlong, contextOfPrimes)
(JNIEnv* env, jclass, jint ring_degree, jlongArray primes, jint scaling_bits, jint digits, jint special_bits,
 jint secret) {
  return hold_context(env, [&] {
    const auto list = jni::to_longs(env, primes);
    return make_context(natural("ring degree", ring_degree), std::vector<std::uint64_t>(list.begin(), list.end()),
                        natural("scaling bits", scaling_bits), natural("digits", digits),
                        natural("special bits", special_bits), secret_of(secret));
  });
}

NATIVE(jlong, contextDeserialize)(JNIEnv* env, jclass, jbyteArray bytes) {
  return hold_context(env, [&] { return context_from(jni::to_bytes(env, bytes)); });
}
NATIVE(jbyteArray, contextSerialize)(JNIEnv* env, jclass, jlong context) {
  return evaluating(env, [&] { return context_bytes(env, context_of(context)); });
}

NATIVE(jlongArray, contextPrimes)(JNIEnv* env, jclass, jlong context, jboolean special) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    if (!special) return longs_of(env, primes(own));
    const auto parameters = std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(own->GetCryptoParameters());
    std::vector<std::uint64_t> out;
    for (const auto& p : parameters->GetParamsP()->GetParams())
      out.push_back(p->GetModulus().ConvertToInt<std::uint64_t>());
    return longs_of(env, out);
  });
}

/// ring degree, scaling bits, secret (0 to 2), digits
NATIVE(jlongArray, contextNumbers)(JNIEnv* env, jclass, jlong context) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    const auto parameters = std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(own->GetCryptoParameters());
    const auto kind = parameters->GetSecretKeyDist();
    const jlong secret = kind == lbcrypto::UNIFORM_TERNARY ? 0 : kind == lbcrypto::SPARSE_TERNARY ? 1 : 2;
    const jlong numbers[] = {own->GetRingDimension(),
                             static_cast<jlong>(own->GetEncodingParams()->GetPlaintextModulus()), secret,
                             parameters->GetNumPartQ()};
    return from_longs(env, numbers);
  });
}

NATIVE(jint, bootstrapDepth)(JNIEnv* env, jclass, jint encoding_budget, jint decoding_budget, jint secret) {
  return guarded(env, [&]() -> jint {
    return bootstrap_depth(natural("level budget", encoding_budget), natural("level budget", decoding_budget),
                           secret_of(secret));
  });
}
NATIVE(void, bootstrapSetup)
(JNIEnv* env, jclass, jlong context, jint encoding_budget, jint decoding_budget, jint correction, jint baby_steps) {
  changing(env, [&] {
    const Context own = context_of(context);
    const auto encoding = natural("level budget", encoding_budget), decoding = natural("level budget", decoding_budget);
    const MemoryReserve reserve(reserve_bytes(bootstrap_setup_polynomials(own, encoding, decoding)));
    bootstrap_setup(own, encoding, decoding, natural("correction factor", correction),
                    natural("baby steps", baby_steps));
  });
}

// ---- keys ----

NATIVE(jlong, publicKeyDeserialize)(JNIEnv* env, jclass, jlong context, jbyteArray bytes) {
  return changing(env, [&]() -> jlong {
    return handles().add(std::make_shared<HeldPublicKey>(
        HeldPublicKey{public_key_from(context_of(context), jni::to_bytes(env, bytes))}));
  });
}
NATIVE(jbyteArray, publicKeySerialize)(JNIEnv* env, jclass, jlong context, jlong key) {
  return evaluating(env, [&] { return public_key_bytes(env, public_key_of(context_of(context), key)); });
}
NATIVE(jstring, publicKeyTag)(JNIEnv* env, jclass, jlong key) {
  return evaluating(
      env, [&] { return from_string(env, handles().get<HeldPublicKey>(key, "public key")->value->GetKeyTag()); });
}
NATIVE(void, loadRelinearizationKeys)(JNIEnv* env, jclass, jlong context, jbyteArray bytes) {
  changing(env, [&] { load_relinearization_keys(context_of(context), jni::to_bytes(env, bytes)); });
}
NATIVE(void, loadAutomorphismKeys)(JNIEnv* env, jclass, jlong context, jbyteArray bytes) {
  changing(env, [&] { load_automorphism_keys(context_of(context), jni::to_bytes(env, bytes)); });
}
NATIVE(jbyteArray, relinearizationKeysSerialize)(JNIEnv* env, jclass, jlong context, jstring tag) {
  return evaluating(env, [&] {
    context_of(context);
    return relinearization_keys_bytes(env, jni::to_string(env, tag));
  });
}
NATIVE(jbyteArray, automorphismKeysSerialize)(JNIEnv* env, jclass, jlong context, jstring tag) {
  return evaluating(env, [&] {
    context_of(context);
    return automorphism_keys_bytes(env, jni::to_string(env, tag));
  });
}

// ---- plaintexts and encryption ----

NATIVE(jlong, encode)(JNIEnv* env, jclass, jlong context, jdoubleArray real, jdoubleArray imaginary, jint level) {
  // FFTSpecialInv fills tables on first use.
  return changing(env, [&]() -> jlong {
    const Context own = context_of(context);
    const int top = static_cast<int>(own->GetElementParams()->GetParams().size()) - 1;
    require<LevelError>(level >= 0 && level <= top, "level: expected 0 to ", top, ", actual ", level);
    const double scale = std::exp2(static_cast<double>(own->GetEncodingParams()->GetPlaintextModulus()));
    return handles().add(std::make_shared<HeldPlaintext>(HeldPlaintext{
        own, encode(own, jni::to_slots(env, real, imaginary), scale, static_cast<std::size_t>(level) + 1)}));
  });
}
NATIVE(jlong, encrypt)(JNIEnv* env, jclass, jlong context, jlong key, jlong plaintext) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(own->Encrypt(public_key_of(own, key), plaintext_of(own, plaintext)));
  });
}

// ---- ciphertexts ----

/// level, scale degree, parts: a byte each from the bottom.
NATIVE(jint, ciphertextDescribe)(JNIEnv* env, jclass, jlong handle) {
  return guarded(env, [&]() -> jint {
    const Ciphertext a = handles().get<HeldCiphertext>(handle, "ciphertext")->value;
    return level(a) | scale_degree(a) << 8 | parts(a) << 16;
  });
}
NATIVE(jstring, ciphertextKeyTag)(JNIEnv* env, jclass, jlong handle) {
  return guarded(
      env, [&] { return from_string(env, handles().get<HeldCiphertext>(handle, "ciphertext")->value->GetKeyTag()); });
}
NATIVE(jbyteArray, ciphertextSerialize)(JNIEnv* env, jclass, jlong context, jlong a) {
  return evaluating(env, [&] { return from_bytes(env, serialize(ciphertext_of(context_of(context), a))); });
}
NATIVE(jlong, ciphertextDeserialize)(JNIEnv* env, jclass, jlong context, jbyteArray bytes) {
  return evaluating(env, [&] { return hold(deserialize(context_of(context), jni::to_bytes(env, bytes))); });
}
NATIVE(jlong, zero)(JNIEnv* env, jclass, jlong context, jstring tag, jint level) {
  return evaluating(env, [&] { return hold(zero(context_of(context), jni::to_string(env, tag), level)); });
}

#define UNARY(name, expression)                                       \
  NATIVE(jlong, name)(JNIEnv * env, jclass, jlong context, jlong a) { \
    return evaluating(env, [&] {                                      \
      const Context own = context_of(context);                        \
      const Ciphertext x = ciphertext_of(own, a);                     \
      return hold(expression);                                        \
    });                                                               \
  }
#define BINARY_OPERATION(name, expression)                                     \
  NATIVE(jlong, name)(JNIEnv * env, jclass, jlong context, jlong a, jlong b) { \
    return evaluating(env, [&] {                                               \
      const Context own = context_of(context);                                 \
      const Ciphertext x = ciphertext_of(own, a);                              \
      return hold(expression);                                                 \
    });                                                                        \
  }

BINARY_OPERATION(add, add(own, x, ciphertext_of(own, b)))
BINARY_OPERATION(sub, sub(own, x, ciphertext_of(own, b)))
BINARY_OPERATION(addPlain, add(own, x, plaintext_of(own, b)))
BINARY_OPERATION(subPlain, sub(own, x, plaintext_of(own, b)))
UNARY(negate, negate(own, x))
UNARY(multiplyByI, multiply_by_i(own, x))
UNARY(relinearize, relinearize(own, x))
UNARY(rescale, rescale(own, x))
UNARY(conjugate, conjugate(own, x))
UNARY(bootstrap, bootstrap(own, x))

NATIVE(jlong, addConstant)(JNIEnv* env, jclass, jlong context, jlong a, jdouble constant) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(add(own, ciphertext_of(own, a), constant));
  });
}
NATIVE(jlong, multiplyConstant)(JNIEnv* env, jclass, jlong context, jlong a, jdouble constant) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(multiply(own, ciphertext_of(own, a), constant));
  });
}
NATIVE(jlong, multiplyInteger)(JNIEnv* env, jclass, jlong context, jlong a, jint factor) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(multiply_integer(own, ciphertext_of(own, a), factor));
  });
}
NATIVE(jlong, dropToLevel)(JNIEnv* env, jclass, jlong context, jlong a, jint level) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(drop_to_level(own, ciphertext_of(own, a), level));
  });
}

NATIVE(jlong, multiplySum)(JNIEnv* env, jclass, jlong context, jlongArray a, jlongArray b) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(
        multiply_sum(own, ciphertexts_of(own, jni::to_longs(env, a)), ciphertexts_of(own, jni::to_longs(env, b))));
  });
}
NATIVE(jlong, multiplySumPlain)(JNIEnv* env, jclass, jlong context, jlongArray a, jlongArray b) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    std::vector<lbcrypto::Plaintext> factors;
    for (const jlong handle : jni::to_longs(env, b)) factors.push_back(plaintext_of(own, handle));
    return hold(multiply_sum(own, ciphertexts_of(own, jni::to_longs(env, a)), factors));
  });
}
NATIVE(jlongArray, rotateAll)(JNIEnv* env, jclass, jlong context, jlong a, jintArray steps, jint threads) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(env, rotate_all(own, ciphertext_of(own, a), jni::to_ints(env, steps), threads));
  });
}
NATIVE(jlong, chebyshev)
(JNIEnv* env, jclass, jlong context, jlong a, jdoubleArray coefficients, jdouble low, jdouble high) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(chebyshev(own, ciphertext_of(own, a), jni::to_doubles(env, coefficients), low, high));
  });
}
NATIVE(jlong, weightedSum)(JNIEnv* env, jclass, jlong context, jlongArray a, jdoubleArray weights) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(weighted_sum(own, ciphertexts_of(own, jni::to_longs(env, a)), jni::to_doubles(env, weights)));
  });
}

// ---- sums and matrices ----

namespace {
struct HeldTransform {
  LinearTransform value;
};
}  // namespace

NATIVE(jlong, sum)(JNIEnv* env, jclass, jlong context, jlong a, jint count) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(he::sum(own, ciphertext_of(own, a), count));
  });
}
NATIVE(jlong, innerProduct)(JNIEnv* env, jclass, jlong context, jlong a, jlong b, jint count) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(inner_product(own, ciphertext_of(own, a), ciphertext_of(own, b), count));
  });
}
NATIVE(jlong, innerProductPlain)(JNIEnv* env, jclass, jlong context, jlong a, jlong b, jint count) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    return hold(inner_product(own, ciphertext_of(own, a), plaintext_of(own, b), count));
  });
}
NATIVE(jlongArray, linearTransformSteps)(JNIEnv* env, jclass, jlong context, jint size) {
  return guarded(env, [&] {
    const auto steps = linear_transform_steps(context_of(context), size);
    return from_longs(env, std::vector<jlong>(steps.begin(), steps.end()));
  });
}
NATIVE(jlong, linearTransformMake)
(JNIEnv* env, jclass, jlong context, jint size, jdoubleArray real, jdoubleArray imaginary, jint level) {
  return evaluating(env, [&]() -> jlong {
    const Context own = context_of(context);
    return handles().add(std::make_shared<HeldTransform>(
        HeldTransform{prepare_linear_transform(own, size, jni::to_slots(env, real, imaginary), level)}));
  });
}
NATIVE(jlong, linearTransformApply)(JNIEnv* env, jclass, jlong context, jlong transform, jlong a) {
  return evaluating(env, [&] {
    const auto held = handles().get<HeldTransform>(transform, "linear transform");
    return hold(linear_transform(held->value, ciphertext_of(context_of(context), a)));
  });
}

// ---- exchange ----

NATIVE(jlongArray, toResidues)(JNIEnv* env, jclass, jlong context, jlong a, jint part) {
  return evaluating(env, [&] {
    const Ciphertext x = ciphertext_of(context_of(context), a);
    require<InvalidArgument>(part >= 0 && part < parts(x), "part: expected 0 to ", parts(x) - 1, ", actual ", part);
    return longs_of(env, to_residues(x->GetElements()[static_cast<std::size_t>(part)]));
  });
}
NATIVE(jlong, fromResidues)
(JNIEnv* env, jclass, jlong context, jlongArray moduli, jdouble scale, jobjectArray parts, jstring tag) {
  return evaluating(env, [&] {
    const Context own = context_of(context);
    RnsCiphertext out{own->GetRingDimension(), {}, scale, {}};
    const auto primes = jni::to_longs(env, moduli);
    out.moduli.assign(primes.begin(), primes.end());
    for (jsize i = 0; i < env->GetArrayLength(parts); ++i) {
      const auto part = jni::to_longs(env, static_cast<jlongArray>(env->GetObjectArrayElement(parts, i)));
      out.parts.emplace_back(part.begin(), part.end());
    }
    return hold(from_residues(own, out, jni::to_string(env, tag)));
  });
}
