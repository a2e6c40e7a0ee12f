package org.hetal.he.engine;

import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.hetal.he.CheckedEvaluator;
import org.hetal.he.DeviceSpec;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyLevels;
import org.hetal.he.KeyPlan;
import org.hetal.he.library.NativeHandle;

/**
 * The native engine as an {@link org.hetal.he.Evaluator}: converts, calls, and keeps operands
 * reachable. The rules are checked in {@link CheckedEvaluator}, and once more on the other side of
 * the boundary. Several threads may call at once.
 */
public final class NativeEvaluator extends CheckedEvaluator<NativeCiphertext, NativePlaintext> {
  private final NativeHandle handle;
  private final String device;
  private final String keyId;

  private NativeEvaluator(long engine, NativeParameters parameters, KeyLevels keys) {
    super(parameters, keys, NativeCiphertext.class, NativePlaintext.class);
    this.handle = new NativeHandle(this, engine, "evaluator", NativeEvaluator::release);
    this.device = describe(engine, 0);
    this.keyId = describe(engine, 2);
  }

  static NativeEvaluator open(
      Path keyBundle, String manifestDigest, boolean withKeys, DeviceSpec device) {
    EngineLibrary.require();
    if (!device.kind().equals("cuda")) {
      return opened(keyBundle, withKeys, open(keyBundle, manifestDigest, withKeys, device, ""));
    }
    try (CudaLibrary library = CudaLibrary.find()) {
      String file = library.file().toString();
      return opened(keyBundle, withKeys, open(keyBundle, manifestDigest, withKeys, device, file));
    }
  }

  /** The engine has read and checked the bundle: its manifest can be read again for the keys. */
  private static NativeEvaluator opened(Path keyBundle, boolean withKeys, long engine) {
    try {
      NativeParameters parameters = NativeParameters.named(describe(engine, 1));
      KeyLevels keys =
          withKeys
              ? KeyBundleManifest.read(keyBundle).keys(parameters.ringDegree())
              : KeyLevels.of(new KeyPlan());
      return new NativeEvaluator(engine, parameters, keys);
    } catch (RuntimeException e) {
      release(engine);
      throw e;
    }
  }

  private static long open(
      Path keyBundle, String manifestDigest, boolean withKeys, DeviceSpec device, String library) {
    return open(
        keyBundle.toString(),
        manifestDigest == null ? "" : manifestDigest,
        withKeys,
        device.kind(),
        device.threads(),
        device.ordinal(),
        device.memoryBytes(),
        library);
  }

  // ---- what only the engine has ----

  /**
   * {@return the key id of the bundle, 32 hexadecimal digits; ciphertexts of other key pairs are
   * refused}
   */
  @Override
  public String keyId() {
    return keyId;
  }

  /** {@return the bytes of native memory that ciphertexts, plaintexts and keys take now} */
  public long bytesInUse() {
    return statistic(0);
  }

  /** {@return the most bytes that were in use at a time} */
  public long bytesPeak() {
    return statistic(1);
  }

  /** {@return the bytes of the key files} */
  public long keyBytes() {
    return statistic(2);
  }

  /** {@return the keys that were used so far and are in memory} */
  public int keysLoaded() {
    return (int) statistic(3);
  }

  private long statistic(int index) {
    long value = statistics(handle.get())[index];
    Reference.reachabilityFence(this);
    return value;
  }

  // ---- operations ----

  @Override
  public String device() {
    return device;
  }

  @Override
  protected boolean isClosed() {
    return handle.isClosed();
  }

  @Override
  protected NativePlaintext doEncode(double[] real, double[] imaginary, int level) {
    try {
      return new NativePlaintext(this, encode(handle.get(), real, imaginary, level), level);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  protected NativeCiphertext doAdd(NativeCiphertext a, NativeCiphertext b) {
    return made(() -> add(handle.get(), a.handle(), b.handle()), a, b);
  }

  @Override
  protected NativeCiphertext doSub(NativeCiphertext a, NativeCiphertext b) {
    return made(() -> sub(handle.get(), a.handle(), b.handle()), a, b);
  }

  @Override
  protected NativeCiphertext doAdd(NativeCiphertext a, NativePlaintext b) {
    return made(() -> addPlain(handle.get(), a.handle(), b.handle()), a, b);
  }

  @Override
  protected NativeCiphertext doSub(NativeCiphertext a, NativePlaintext b) {
    return made(() -> subPlain(handle.get(), a.handle(), b.handle()), a, b);
  }

  @Override
  protected NativeCiphertext doAdd(NativeCiphertext a, double constant) {
    return made(() -> addConstant(handle.get(), a.handle(), constant), a);
  }

  @Override
  protected NativeCiphertext doMultiplyInteger(NativeCiphertext a, int factor) {
    return made(() -> multiplyInteger(handle.get(), a.handle(), factor), a);
  }

  @Override
  protected NativeCiphertext doMultiplyByI(NativeCiphertext a) {
    return made(() -> multiplyByI(handle.get(), a.handle()), a);
  }

  @Override
  protected NativeCiphertext doMultiply(NativeCiphertext a, double constant) {
    return made(() -> multiplyConstant(handle.get(), a.handle(), constant), a);
  }

  @Override
  protected NativeCiphertext doMultiplySum(List<NativeCiphertext> a, List<NativeCiphertext> b) {
    return made(() -> multiplySum(handle.get(), handles(a), handles(b)), a, b);
  }

  @Override
  protected NativeCiphertext doMultiplySumPlain(List<NativeCiphertext> a, List<NativePlaintext> b) {
    return made(() -> multiplySumPlain(handle.get(), handles(a), plainHandles(b)), a, b);
  }

  @Override
  protected NativeCiphertext doRelinearize(NativeCiphertext a) {
    return made(() -> relinearize(handle.get(), a.handle()), a);
  }

  @Override
  protected NativeCiphertext doRescale(NativeCiphertext a) {
    return made(() -> rescale(handle.get(), a.handle()), a);
  }

  /** Both with one division by the special primes and the level's prime together. */
  @Override
  protected NativeCiphertext doRelinearizeRescale(NativeCiphertext a) {
    return made(() -> relinearizeRescale(handle.get(), a.handle()), a);
  }

  @Override
  protected NativeCiphertext doDropToLevel(NativeCiphertext a, int level) {
    return made(() -> dropToLevel(handle.get(), a.handle(), level), a);
  }

  @Override
  protected NativeCiphertext doRotate(NativeCiphertext a, int left) {
    return made(() -> rotate(handle.get(), a.handle(), left), a);
  }

  @Override
  protected List<NativeCiphertext> doRotateAll(NativeCiphertext a, int[] left) {
    return madeAll(() -> rotateAll(handle.get(), a.handle(), left), a);
  }

  @Override
  protected NativeCiphertext doConjugate(NativeCiphertext a) {
    return made(() -> conjugate(handle.get(), a.handle()), a);
  }

  @Override
  protected NativeCiphertext doRotateSum(NativeCiphertext a, int[] left) {
    return made(() -> rotateSum(handle.get(), a.handle(), left), a);
  }

  @Override
  protected NativeCiphertext doSumRotated(List<NativeCiphertext> a, int[] left) {
    return made(() -> sumRotated(handle.get(), handles(a), left), a);
  }

  @Override
  protected List<NativeCiphertext> doMultiplyRotated(
      NativeCiphertext a, int[] left, List<List<NativePlaintext>> factors) {
    return madeAll(
        () -> {
          long[] flat =
              factors.stream()
                  .flatMap(List::stream)
                  .mapToLong(factor -> factor == null ? 0 : factor.handle())
                  .toArray();
          return multiplyRotated(handle.get(), a.handle(), left, flat);
        },
        a,
        factors);
  }

  @Override
  protected NativeCiphertext doBootstrap(NativeCiphertext a, int slots) {
    return made(() -> bootstrap(handle.get(), a.handle(), slots), a);
  }

  @Override
  protected List<NativeCiphertext> doBootstrapPair(
      NativeCiphertext a, NativeCiphertext b, int slots) {
    return madeAll(() -> bootstrapPair(handle.get(), a.handle(), b.handle(), slots), a, b);
  }

  @Override
  protected NativeCiphertext doZero(int level) {
    return made(() -> zero(handle.get(), level));
  }

  @Override
  protected byte[] doSerialize(NativeCiphertext a) {
    try {
      return serialize(handle.get(), a.handle());
    } finally {
      fence(a);
    }
  }

  @Override
  protected NativeCiphertext doDeserialize(byte[] bytes) {
    return made(() -> deserialize(handle.get(), bytes));
  }

  /**
   * Frees the keys. A second call does nothing. Ciphertexts and plaintexts of this evaluator keep
   * their memory until they are closed themselves.
   */
  @Override
  public void close() {
    handle.close();
  }

  // ---- conversion ----

  private NativeCiphertext made(LongSupplier call, Object... operands) {
    try {
      return new NativeCiphertext(this, call.getAsLong());
    } finally {
      fence(operands);
    }
  }

  private List<NativeCiphertext> madeAll(Supplier<long[]> call, Object... operands) {
    try {
      List<NativeCiphertext> out = new ArrayList<>();
      for (long result : call.get()) {
        out.add(new NativeCiphertext(this, result));
      }
      return out;
    } finally {
      fence(operands);
    }
  }

  /** Neither this nor the operands may be collected while the library works with their numbers. */
  private void fence(Object... operands) {
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(operands);
  }

  private static long[] handles(List<NativeCiphertext> list) {
    return list.stream().mapToLong(NativeCiphertext::handle).toArray();
  }

  private static long[] plainHandles(List<NativePlaintext> list) {
    return list.stream().mapToLong(NativePlaintext::handle).toArray();
  }

  // ---- native methods; a ciphertext, plaintext or engine is its handle ----

  private static native long open(
      String keyBundle,
      String manifestDigest,
      boolean withKeys,
      String kind,
      int threads,
      int ordinal,
      long memoryBytes,
      String library);

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

  private static native long bootstrap(long engine, long a, int slots);

  private static native long[] bootstrapPair(long engine, long a, long b, int slots);

  private static native long zero(long engine, int level);

  private static native byte[] serialize(long engine, long a);

  private static native long deserialize(long engine, byte[] bytes);
}
