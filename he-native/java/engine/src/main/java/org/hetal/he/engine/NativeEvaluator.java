package org.hetal.he.engine;

import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.Plaintext;
import org.hetal.he.library.NativeHandle;

/**
 * The native engine as an {@link Evaluator}: converts, calls, and keeps operands reachable; the
 * rules are checked on the other side of the boundary. Several threads may call at once.
 */
public final class NativeEvaluator implements Evaluator {
  private final NativeHandle handle;
  private final NativeParameters parameters;
  private final String device;
  private final String keyId;

  private NativeEvaluator(long engine) {
    this.handle = new NativeHandle(this, engine, "evaluator", NativeEvaluator::release);
    this.device = describe(engine, 0);
    this.parameters = NativeParameters.named(describe(engine, 1));
    this.keyId = describe(engine, 2);
  }

  static NativeEvaluator open(Path keyBundle, DeviceSpec device) {
    EngineLibrary.require();
    if (!device.kind().equals("cuda")) {
      return new NativeEvaluator(open(keyBundle, device, ""));
    }
    try (CudaLibrary library = CudaLibrary.find()) {
      return new NativeEvaluator(open(keyBundle, device, library.file().toString()));
    }
  }

  private static long open(Path keyBundle, DeviceSpec device, String library) {
    return open(
        keyBundle.toString(),
        device.kind(),
        device.threads(),
        device.ordinal(),
        device.memoryBytes(),
        library);
  }

  // -- what only the engine has
  // -------------------------------------------------------------------

  /** Of the bundle; ciphertexts of other key pairs are refused. Hex, 32 digits. */
  public String keyId() {
    return keyId;
  }

  /** Native memory that ciphertexts, plaintexts and keys take now. */
  public long bytesInUse() {
    return statistic(0);
  }

  /** The most that was in use at a time. */
  public long bytesPeak() {
    return statistic(1);
  }

  /** Bytes of the key files. */
  public long keyBytes() {
    return statistic(2);
  }

  /** Keys that were used so far and are in memory. */
  public int keysLoaded() {
    return (int) statistic(3);
  }

  private long statistic(int index) {
    long value = statistics(handle.get())[index];
    Reference.reachabilityFence(this);
    return value;
  }

  // -- Evaluator
  // -----------------------------------------------------------------------------------

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public String device() {
    return device;
  }

  @Override
  public Plaintext encode(double[] values, int level) {
    return new NativePlaintext(this, encode(handle.get(), values, null, level), level);
  }

  @Override
  public Plaintext encode(double[] real, double[] imaginary, int level) {
    if (imaginary == null) {
      throw new IllegalArgumentException("encode: expected imaginary parts, actual null");
    }
    return new NativePlaintext(this, encode(handle.get(), real, imaginary, level), level);
  }

  @Override
  public Ciphertext add(Ciphertext a, Ciphertext b) {
    return binary(NativeEvaluator::add, a, b);
  }

  @Override
  public Ciphertext sub(Ciphertext a, Ciphertext b) {
    return binary(NativeEvaluator::sub, a, b);
  }

  @Override
  public Ciphertext negate(Ciphertext a) {
    return multiplyInteger(a, -1);
  }

  @Override
  public Ciphertext add(Ciphertext a, Plaintext b) {
    return binary(NativeEvaluator::addPlain, a, b);
  }

  @Override
  public Ciphertext sub(Ciphertext a, Plaintext b) {
    return binary(NativeEvaluator::subPlain, a, b);
  }

  @Override
  public Ciphertext add(Ciphertext a, double constant) {
    return unary((engine, x) -> addConstant(engine, x, constant), a);
  }

  @Override
  public Ciphertext multiplyInteger(Ciphertext a, int factor) {
    return unary((engine, x) -> multiplyInteger(engine, x, factor), a);
  }

  @Override
  public Ciphertext multiplyByI(Ciphertext a) {
    return unary(NativeEvaluator::multiplyByI, a);
  }

  @Override
  public Ciphertext multiply(Ciphertext a, Ciphertext b) {
    return multiplySum(List.of(a), List.of(b));
  }

  @Override
  public Ciphertext square(Ciphertext a) {
    return multiply(a, a);
  }

  @Override
  public Ciphertext multiply(Ciphertext a, Plaintext b) {
    return multiplySumPlain(List.of(a), List.of(b));
  }

  @Override
  public Ciphertext multiply(Ciphertext a, double constant) {
    return unary((engine, x) -> multiplyConstant(engine, x, constant), a);
  }

  @Override
  public Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b) {
    try {
      return wrap(multiplySum(handle.get(), handles(a), handles(b)));
    } finally {
      fence(a, b);
    }
  }

  @Override
  public Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b) {
    try {
      return wrap(multiplySumPlain(handle.get(), handles(a), plainHandles(b)));
    } finally {
      fence(a, b);
    }
  }

  @Override
  public Ciphertext relinearize(Ciphertext a) {
    return unary(NativeEvaluator::relinearize, a);
  }

  @Override
  public Ciphertext rescale(Ciphertext a) {
    return unary(NativeEvaluator::rescale, a);
  }

  @Override
  public Ciphertext relinearizeRescale(Ciphertext a) {
    return unary(NativeEvaluator::relinearizeRescale, a);
  }

  @Override
  public Ciphertext dropToLevel(Ciphertext a, int level) {
    return unary((engine, x) -> dropToLevel(engine, x, level), a);
  }

  @Override
  public Ciphertext rotate(Ciphertext a, int steps) {
    return unary((engine, x) -> rotate(engine, x, steps), a);
  }

  @Override
  public List<Ciphertext> rotateAll(Ciphertext a, int[] steps) {
    try {
      return wrapAll(rotateAll(handle.get(), own(a), steps));
    } finally {
      fence(a, null);
    }
  }

  @Override
  public Ciphertext conjugate(Ciphertext a) {
    return unary(NativeEvaluator::conjugate, a);
  }

  @Override
  public Ciphertext rotateSum(Ciphertext a, int[] steps) {
    return unary((engine, x) -> rotateSum(engine, x, steps), a);
  }

  @Override
  public Ciphertext sumRotated(List<Ciphertext> a, int[] steps) {
    try {
      return wrap(sumRotated(handle.get(), handles(a), steps));
    } finally {
      fence(a, null);
    }
  }

  @Override
  public List<Ciphertext> multiplyRotated(
      Ciphertext a, int[] steps, List<List<Plaintext>> factors) {
    try {
      long[] flat = new long[factors.size() * steps.length];
      int at = 0;
      for (List<Plaintext> row : factors) {
        if (row.size() != steps.length) {
          throw new IllegalArgumentException(
              "multiplyRotated: expected equal numbers of terms, at least 1; actual "
                  + row.size()
                  + " and "
                  + steps.length);
        }
        for (Plaintext factor : row) {
          flat[at++] = factor == null ? 0 : own(factor);
        }
      }
      return wrapAll(multiplyRotated(handle.get(), own(a), steps, flat));
    } finally {
      fence(a, factors);
    }
  }

  @Override
  public Ciphertext bootstrap(Ciphertext a) {
    return unary(NativeEvaluator::bootstrap, a);
  }

  @Override
  public List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b) {
    try {
      return wrapAll(bootstrapPair(handle.get(), own(a), own(b)));
    } finally {
      fence(a, b);
    }
  }

  @Override
  public Ciphertext zero(int level) {
    return wrap(zero(handle.get(), level));
  }

  @Override
  public byte[] serialize(Ciphertext a) {
    try {
      return serialize(handle.get(), own(a));
    } finally {
      fence(a, null);
    }
  }

  @Override
  public Ciphertext deserialize(byte[] bytes) {
    return wrap(deserialize(handle.get(), bytes));
  }

  /** Idempotent; what was made by this evaluator stays valid memory until it is closed itself. */
  @Override
  public void close() {
    handle.close();
  }

  // -- conversion
  // ----------------------------------------------------------------------------------

  private interface Unary {
    long apply(long engine, long a);
  }

  private interface Binary {
    long apply(long engine, long a, long b);
  }

  private Ciphertext unary(Unary operation, Ciphertext a) {
    try {
      return wrap(operation.apply(handle.get(), own(a)));
    } finally {
      fence(a, null);
    }
  }

  private Ciphertext binary(Binary operation, Ciphertext a, Ciphertext b) {
    try {
      return wrap(operation.apply(handle.get(), own(a), own(b)));
    } finally {
      fence(a, b);
    }
  }

  private Ciphertext binary(Binary operation, Ciphertext a, Plaintext b) {
    try {
      return wrap(operation.apply(handle.get(), own(a), own(b)));
    } finally {
      fence(a, b);
    }
  }

  /** Neither this nor the operands may be collected while the library works with their numbers. */
  private void fence(Object a, Object b) {
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
  }

  private Ciphertext wrap(long result) {
    return new NativeCiphertext(this, result);
  }

  private List<Ciphertext> wrapAll(long[] results) {
    List<Ciphertext> out = new ArrayList<>(results.length);
    for (long result : results) {
      out.add(wrap(result));
    }
    return out;
  }

  private long own(Ciphertext a) {
    handle.get();
    if (!(a instanceof NativeCiphertext x) || x.evaluator() != this) {
      throw new IllegalArgumentException(
          "expected a ciphertext of this evaluator ("
              + parameters.name()
              + "), actual "
              + foreign(a));
    }
    return x.handle();
  }

  private long own(Plaintext a) {
    handle.get();
    if (!(a instanceof NativePlaintext x) || x.evaluator() != this) {
      throw new IllegalArgumentException(
          "expected a plaintext of this evaluator ("
              + parameters.name()
              + "), actual "
              + foreign(a));
    }
    return x.handle();
  }

  private static String foreign(Object a) {
    if (a instanceof NativeCiphertext x) {
      return x + " of another (" + x.evaluator().parameters.name() + ")";
    }
    return a instanceof NativePlaintext x
        ? "one of another (" + x.evaluator().parameters.name() + ")"
        : String.valueOf(a);
  }

  private long[] handles(List<Ciphertext> list) {
    long[] out = new long[list.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = own(list.get(i));
    }
    return out;
  }

  private long[] plainHandles(List<Plaintext> list) {
    long[] out = new long[list.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = own(list.get(i));
    }
    return out;
  }

  // -- native methods; a ciphertext, plaintext or engine is its handle
  // ---------------------------------

  private static native long open(
      String keyBundle, String kind, int threads, int ordinal, long memoryBytes, String library);

  private static native boolean release(long engine);

  private static native String describe(long engine, int what);

  private static native long[] statistics(long engine);

  private static native long encode(long engine, double[] real, double[] imaginary, int level);

  private static native long add(long engine, long a, long b);

  private static native long sub(long engine, long a, long b);

  private static native long addPlain(long engine, long a, long b);

  private static native long subPlain(long engine, long a, long b);

  private static native long addConstant(long engine, long a, double constant);

  private static native long multiplyInteger(long engine, long a, int factor);

  private static native long multiplyByI(long engine, long a);

  private static native long multiplyConstant(long engine, long a, double constant);

  private static native long multiplySum(long engine, long[] a, long[] b);

  private static native long multiplySumPlain(long engine, long[] a, long[] b);

  private static native long relinearize(long engine, long a);

  private static native long rescale(long engine, long a);

  private static native long relinearizeRescale(long engine, long a);

  private static native long dropToLevel(long engine, long a, int level);

  private static native long rotate(long engine, long a, int steps);

  private static native long[] rotateAll(long engine, long a, int[] steps);

  private static native long conjugate(long engine, long a);

  private static native long rotateSum(long engine, long a, int[] steps);

  private static native long sumRotated(long engine, long[] a, int[] steps);

  private static native long[] multiplyRotated(long engine, long a, int[] steps, long[] factors);

  private static native long bootstrap(long engine, long a);

  private static native long[] bootstrapPair(long engine, long a, long b);

  private static native long zero(long engine, int level);

  private static native byte[] serialize(long engine, long a);

  private static native long deserialize(long engine, byte[] bytes);
}
