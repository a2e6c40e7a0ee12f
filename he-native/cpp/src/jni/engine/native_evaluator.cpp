// org.hetal.he.engine.NativeEvaluator
#include "jni/convert.h"
#include "engine/engine.h"
#include "jni/handles.h"

using namespace hetal;
using namespace hetal::jni;
using namespace hetal::engine;

namespace {

/// The engine and operands of one call, kept alive until it returns.
class Call {
 public:
  explicit Call(jlong engine) : engine_(handles().get<Engine>(engine, "evaluator")) {}

  Engine& engine() const { return *engine_; }
  const Ciphertext& ciphertext(jlong handle) { return held<HeldCiphertext>(handle, "ciphertext"); }
  const Plaintext& plaintext(jlong handle) { return held<HeldPlaintext>(handle, "plaintext"); }
  CiphertextList ciphertexts(const std::vector<jlong>& list) {
    CiphertextList out;
    for (jlong handle : list) out.push_back(&ciphertext(handle));
    return out;
  }
  /// The handle 0 is an absent one.
  PlaintextList plaintexts(std::span<const jlong> list) {
    PlaintextList out;
    for (jlong handle : list) out.push_back(handle == 0 ? nullptr : &plaintext(handle));
    return out;
  }
  jlong give(Ciphertext value) const {
    return handles().add(std::make_shared<HeldCiphertext>(HeldCiphertext{engine_, std::move(value)}));
  }
  jlong give(Plaintext value) const {
    return handles().add(std::make_shared<HeldPlaintext>(HeldPlaintext{engine_, std::move(value)}));
  }
  jlongArray give(JNIEnv* env, std::span<Ciphertext> values) const {
    std::vector<jlong> out;
    out.reserve(values.size());
    try {
      for (Ciphertext& value : values) out.push_back(give(std::move(value)));
      return from_longs(env, out);
    } catch (...) {
      for (jlong handle : out) handles().remove(handle);
      throw;
    }
  }

 private:
  template <typename Held>
  const decltype(Held::value)& held(jlong handle, const char* noun) {
    auto object = handles().get<Held>(handle, noun);
    require<InvalidArgument>(object->engine == engine_, "expected a ", noun,
                             " of this evaluator, actual one of another");
    kept_.push_back(object);
    return object->value;
  }

  std::shared_ptr<Engine> engine_;
  std::vector<std::shared_ptr<void>> kept_;
};

std::vector<int> steps_of(JNIEnv* env, jintArray steps) {
  const std::vector<jint> out = to_ints(env, steps);
  return {out.begin(), out.end()};
}

/// One operand in, one ciphertext out.
template <typename Operation>
jlong unary(JNIEnv* env, jlong engine, jlong a, Operation operation) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    return call.give(operation(call.engine(), call.ciphertext(a)));
  });
}

}  // namespace

#define HETAL_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_hetal_he_engine_NativeEvaluator_##name

HETAL_NATIVE(jlong, open)
(JNIEnv* env, jclass, jstring directory, jstring manifest_digest, jboolean with_keys, jstring kind, jint threads,
 jint ordinal, jlong memory, jstring library) {
  return guarded(env, [&]() -> jlong {
    require<InvalidArgument>(threads >= 0 && threads <= 1024, "threads: expected 0 to 1024, actual ", threads);
    require<InvalidArgument>(ordinal >= 0, "device ordinal: expected at least 0, actual ", ordinal);
    require<InvalidArgument>(memory >= 0, "device memory: expected at least 0 bytes, actual ", memory);
    const device::Choice device{to_string(env, kind),   threads, {}, ordinal, static_cast<std::size_t>(memory),
                                to_string(env, library)};
    return handles().add(std::make_shared<Engine>(to_string(env, directory), device, to_string(env, manifest_digest),
                                                  with_keys ? Engine::Keys::all : Engine::Keys::none));
  });
}

HETAL_NATIVE(jboolean, release)(JNIEnv*, jclass, jlong engine) { return handles().remove(engine); }

HETAL_NATIVE(jstring, describe)(JNIEnv* env, jclass, jlong engine, jint what) {
  return guarded(env, [&] {
    const Call call(engine);
    switch (what) {
      case 0:
        return from_string(env, call.engine().device());
      case 1:
        return from_string(env, call.engine().context().parameters().name());
      default:
        return from_string(env, ckks::hex(call.engine().keys().key_id()));
    }
  });
}

HETAL_NATIVE(jlongArray, statistics)(JNIEnv* env, jclass, jlong engine) {
  return guarded(env, [&] {
    const Call call(engine);
    const auto& device = call.engine().context().device();
    const jlong values[] = {static_cast<jlong>(device.bytes_in_use()), static_cast<jlong>(device.bytes_peak()),
                            static_cast<jlong>(call.engine().keys().bytes()), call.engine().keys().loaded()};
    return from_longs(env, values);
  });
}

HETAL_NATIVE(jlong, encode)(JNIEnv* env, jclass, jlong engine, jdoubleArray real, jdoubleArray imaginary, jint level) {
  return guarded(env, [&]() -> jlong {
    const Call call(engine);
    return call.give(call.engine().encode(to_slots(env, real, imaginary), level));
  });
}

HETAL_NATIVE(jlong, add)(JNIEnv* env, jclass, jlong engine, jlong a, jlong b) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    return call.give(call.engine().add(call.ciphertext(a), call.ciphertext(b)));
  });
}

HETAL_NATIVE(jlong, sub)(JNIEnv* env, jclass, jlong engine, jlong a, jlong b) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    return call.give(call.engine().sub(call.ciphertext(a), call.ciphertext(b)));
  });
}

HETAL_NATIVE(jlong, addPlain)(JNIEnv* env, jclass, jlong engine, jlong a, jlong b) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    return call.give(call.engine().add(call.ciphertext(a), call.plaintext(b)));
  });
}

HETAL_NATIVE(jlong, subPlain)(JNIEnv* env, jclass, jlong engine, jlong a, jlong b) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    return call.give(call.engine().sub(call.ciphertext(a), call.plaintext(b)));
  });
}

HETAL_NATIVE(jlong, addConstant)(JNIEnv* env, jclass, jlong engine, jlong a, jdouble constant) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.add(x, constant); });
}

HETAL_NATIVE(jlong, multiplyInteger)(JNIEnv* env, jclass, jlong engine, jlong a, jint factor) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.multiply_integer(x, factor); });
}

HETAL_NATIVE(jlong, multiplyByI)(JNIEnv* env, jclass, jlong engine, jlong a) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.multiply_by_i(x); });
}

HETAL_NATIVE(jlong, multiplyConstant)(JNIEnv* env, jclass, jlong engine, jlong a, jdouble constant) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.multiply(x, constant); });
}

HETAL_NATIVE(jlong, multiplySum)(JNIEnv* env, jclass, jlong engine, jlongArray a, jlongArray b) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    return call.give(
        call.engine().multiply_sum(call.ciphertexts(to_longs(env, a)), call.ciphertexts(to_longs(env, b))));
  });
}

HETAL_NATIVE(jlong, multiplySumPlain)(JNIEnv* env, jclass, jlong engine, jlongArray a, jlongArray b) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    const PlaintextList plain = call.plaintexts(to_longs(env, b));
    for (const Plaintext* p : plain)
      require<InvalidArgument>(p != nullptr, "multiplySum: expected a plaintext, actual none");
    return call.give(call.engine().multiply_sum(call.ciphertexts(to_longs(env, a)), plain));
  });
}

HETAL_NATIVE(jlong, relinearize)(JNIEnv* env, jclass, jlong engine, jlong a) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.relinearize(x); });
}

HETAL_NATIVE(jlong, rescale)(JNIEnv* env, jclass, jlong engine, jlong a) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.rescale(x); });
}

HETAL_NATIVE(jlong, relinearizeRescale)(JNIEnv* env, jclass, jlong engine, jlong a) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.relinearize_rescale(x); });
}

HETAL_NATIVE(jlong, dropToLevel)(JNIEnv* env, jclass, jlong engine, jlong a, jint level) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.drop_to_level(x, level); });
}

HETAL_NATIVE(jlong, rotate)(JNIEnv* env, jclass, jlong engine, jlong a, jint steps) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.rotate(x, steps); });
}

HETAL_NATIVE(jlongArray, rotateAll)(JNIEnv* env, jclass, jlong engine, jlong a, jintArray steps) {
  return guarded(env, [&] {
    Call call(engine);
    std::vector<Ciphertext> out = call.engine().rotate_all(call.ciphertext(a), steps_of(env, steps));
    return call.give(env, out);
  });
}

HETAL_NATIVE(jlong, conjugate)(JNIEnv* env, jclass, jlong engine, jlong a) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.conjugate(x); });
}

HETAL_NATIVE(jlong, rotateSum)(JNIEnv* env, jclass, jlong engine, jlong a, jintArray steps) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.rotate_sum(x, steps_of(env, steps)); });
}

HETAL_NATIVE(jlong, sumRotated)(JNIEnv* env, jclass, jlong engine, jlongArray a, jintArray steps) {
  return guarded(env, [&]() -> jlong {
    Call call(engine);
    return call.give(call.engine().sum_rotated(call.ciphertexts(to_longs(env, a)), steps_of(env, steps)));
  });
}

HETAL_NATIVE(jlongArray, multiplyRotated)
(JNIEnv* env, jclass, jlong engine, jlong a, jintArray steps, jlongArray factors) {
  return guarded(env, [&] {
    Call call(engine);
    const std::vector<int> turns = steps_of(env, steps);
    const std::vector<jlong> flat = to_longs(env, factors);
    require<InvalidArgument>(!turns.empty() && flat.size() % turns.size() == 0, "multiplyRotated: expected rows of ",
                             turns.size(), " factors, at least 1; actual ", flat.size(), " in all");
    std::vector<PlaintextList> rows;
    for (std::size_t at = 0; at < flat.size(); at += turns.size()) {
      rows.push_back(call.plaintexts(std::span(flat).subspan(at, turns.size())));
    }
    std::vector<Ciphertext> out = call.engine().multiply_rotated(call.ciphertext(a), turns, rows);
    return call.give(env, out);
  });
}

HETAL_NATIVE(jlong, bootstrap)(JNIEnv* env, jclass, jlong engine, jlong a, jint slots) {
  return unary(env, engine, a, [&](Engine& e, const Ciphertext& x) { return e.bootstrap(x, slots); });
}

HETAL_NATIVE(jlongArray, bootstrapPair)(JNIEnv* env, jclass, jlong engine, jlong a, jlong b, jint slots) {
  return guarded(env, [&] {
    Call call(engine);
    auto out = call.engine().bootstrap_pair(call.ciphertext(a), call.ciphertext(b), slots);
    return call.give(env, out);
  });
}

HETAL_NATIVE(jlong, zero)(JNIEnv* env, jclass, jlong engine, jint level) {
  return guarded(env, [&]() -> jlong {
    const Call call(engine);
    return call.give(call.engine().zero(level));
  });
}

HETAL_NATIVE(jbyteArray, serialize)(JNIEnv* env, jclass, jlong engine, jlong a) {
  return guarded(env, [&] {
    Call call(engine);
    return from_bytes(env, call.engine().serialize(call.ciphertext(a)));
  });
}

HETAL_NATIVE(jlong, deserialize)(JNIEnv* env, jclass, jlong engine, jbyteArray bytes) {
  return guarded(env, [&]() -> jlong {
    const Call call(engine);
    return call.give(call.engine().deserialize(to_bytes(env, bytes)));
  });
}
