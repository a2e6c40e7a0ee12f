package org.hetal.he.owner;

import java.lang.ref.Reference;
import java.nio.file.Path;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.library.NativeHandle;

/**
 * A {@link Client} whose secret key is in native memory, never on the Java heap, and is zeroed on
 * {@link #close()}. Safe from several threads.
 */
public final class NativeClient implements Client {
  private final NativeHandle handle;
  private final NativeParameters parameters;
  private final String keyId;

  private NativeClient(long client) {
    this.handle = new NativeHandle(this, client, "client", NativeClient::release);
    this.parameters = NativeParameters.named(describe(client, false));
    this.keyId = describe(client, true);
  }

  /**
   * A new key pair with randomness from the operating system, on all cores.
   *
   * @param parameterSet its name, such as {@code n16_l12}
   * @return the client
   * @throws IllegalArgumentException for an unknown parameter set
   */
  public static NativeClient generate(String parameterSet) {
    return generate(parameterSet, 0);
  }

  /**
   * A new key pair with randomness from the operating system.
   *
   * @param parameterSet its name, such as {@code n16_l12}
   * @param threads 0: one for each core
   * @return the client
   * @throws IllegalArgumentException for an unknown parameter set
   * @throws org.hetal.he.ResourceUnavailableException when the system gives fewer threads
   */
  public static NativeClient generate(String parameterSet, int threads) {
    OwnerLibrary.require();
    return new NativeClient(generateNative(parameterSet, threads));
  }

  /**
   * For tests: the same seed gives the same keys, and the same calls in the same order the same
   * ciphertexts and bundles. <b>No secrecy at all.</b> On all cores.
   *
   * @param parameterSet its name
   * @param seed any number
   * @return the client
   * @throws IllegalArgumentException for an unknown parameter set
   */
  public static NativeClient insecureGenerate(String parameterSet, long seed) {
    return insecureGenerate(parameterSet, seed, 0);
  }

  /**
   * As {@link #insecureGenerate(String, long)}, with a number of threads. <b>No secrecy at all.</b>
   *
   * @param parameterSet its name
   * @param seed any number
   * @param threads 0: one for each core; keys and ciphertexts do not depend on it
   * @return the client
   * @throws IllegalArgumentException for an unknown parameter set
   */
  public static NativeClient insecureGenerate(String parameterSet, long seed, int threads) {
    OwnerLibrary.require();
    return new NativeClient(insecureGenerateNative(parameterSet, threads, seed));
  }

  /**
   * Reads a file of {@link #saveSecretKey}.
   *
   * @param secretKeyFile names its parameter set
   * @param threads 0: one for each core
   * @return the client
   * @throws java.io.UncheckedIOException when it cannot be read
   * @throws org.hetal.he.HeFormatException when it is damaged
   */
  public static NativeClient load(Path secretKeyFile, int threads) {
    OwnerLibrary.require();
    return new NativeClient(loadNative(secretKeyFile.toString(), threads));
  }

  /**
   * Takes what {@link #secretKey} gave.
   *
   * @param secretKey the bytes, which the caller overwrites
   * @param threads 0: one for each core
   * @return the client
   * @throws org.hetal.he.HeFormatException when they are damaged
   */
  public static NativeClient load(byte[] secretKey, int threads) {
    OwnerLibrary.require();
    return new NativeClient(loadBytesNative(secretKey, threads));
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public String keyId() {
    return keyId;
  }

  @Override
  public byte[] encrypt(double[] values, int level) {
    return encrypt(values, null, level);
  }

  /**
   * Encrypts complex slots; otherwise as {@link #encrypt(double[], int)}.
   *
   * @param real 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param imaginary as many; null for none
   * @param level 0 to maxLevel
   * @return a ciphertext of scale degree 1 and two parts
   * @throws org.hetal.he.HeLevelException for a level out of range
   * @throws IllegalArgumentException for other values
   */
  public byte[] encrypt(double[] real, double[] imaginary, int level) {
    try {
      return encryptNative(handle.get(), real, imaginary, level);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public double[] decrypt(byte[] ciphertext) {
    return decrypt(ciphertext, false);
  }

  @Override
  public double[] decryptComplex(byte[] ciphertext) {
    return decrypt(ciphertext, true);
  }

  private double[] decrypt(byte[] ciphertext, boolean complex) {
    try {
      return decryptNative(handle.get(), ciphertext, complex);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void writeEvaluationKeys(Path directory, KeyPlan plan, KeyProgress progress) {
    try {
      NativeKeyWriter.write(this, new WriterLibrary(handle), directory, plan, progress);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private record WriterLibrary(NativeHandle client) implements NativeKeyWriter.Library {
    @Override
    public long open(
        String directory,
        int[] rotations,
        int relinearizationLevel,
        int conjugationLevel,
        boolean bootstrap,
        int[] sparseBootstraps) {
      return NativeClient.openWriter(
          client.get(),
          directory,
          rotations,
          relinearizationLevel,
          conjugationLevel,
          bootstrap,
          sparseBootstraps);
    }

    @Override
    public int total(long writer) {
      return NativeClient.writerTotal(writer);
    }

    @Override
    public long writeNext(long writer) {
      return NativeClient.writeNext(writer);
    }

    @Override
    public void commit(long writer) {
      NativeClient.commitWriter(writer);
    }

    @Override
    public void release(long writer) {
      NativeClient.release(writer);
    }
  }

  @Override
  public byte[] secretKey() {
    try {
      return secretKeyNative(handle.get());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public String memoryLockRefusal() {
    try {
      return lockRefusal(handle.get());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void saveSecretKey(Path file) {
    try {
      saveSecretKeyNative(handle.get(), file.toString());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void savePublicKey(Path file) {
    try {
      savePublicKeyNative(handle.get(), file.toString());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "client(" + parameters.name() + ", key " + keyId + ")";
  }

  private static native long generateNative(String parameterSet, int threads);

  private static native long insecureGenerateNative(String parameterSet, int threads, long seed);

  private static native long loadNative(String path, int threads);

  private static native long loadBytesNative(byte[] secretKey, int threads);

  private static native byte[] secretKeyNative(long client);

  private static native boolean release(long handle);

  private static native String describe(long client, boolean keyId);

  private static native String lockRefusal(long client);

  private static native byte[] encryptNative(
      long client, double[] real, double[] imaginary, int level);

  private static native double[] decryptNative(long client, byte[] ciphertext, boolean complex);

  private static native void saveSecretKeyNative(long client, String path);

  private static native void savePublicKeyNative(long client, String path);

  private static native long openWriter(
      long client,
      String directory,
      int[] rotations,
      int relinearizationLevel,
      int conjugationLevel,
      boolean bootstrap,
      int[] sparseBootstraps);

  private static native int writerTotal(long writer);

  private static native long writeNext(long writer);

  private static native void commitWriter(long writer);
}
