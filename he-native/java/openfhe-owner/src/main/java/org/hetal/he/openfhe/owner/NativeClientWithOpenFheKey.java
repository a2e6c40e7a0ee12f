package org.hetal.he.openfhe.owner;

import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import org.hetal.he.HeFormatException;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.library.NativeHandle;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeKeyWriter;

/**
 * A {@link Client} for the native engine in which the secret key is OpenFHE's alone: {@code
 * KeyGen}, {@code Encrypt} and {@code Decrypt} on a context over the engine's primes, evaluation
 * keys in OpenFHE's polynomial arithmetic. The engine's own cryptographic code never sees the
 * secret; what the cluster gets has the engine's formats and cannot be told from a native client's,
 * except that ciphertexts carry both halves (OpenFHE's uniform half has no seed) and are twice as
 * long.
 *
 * <p>OpenFHE takes its randomness from the operating system and from nowhere else. Safe from
 * several threads.
 */
public final class NativeClientWithOpenFheKey implements Client {
  private final NativeParameters parameters;
  private final NativeHandle handle;
  private final String keyId;

  private NativeClientWithOpenFheKey(NativeParameters parameters, long client) {
    this.parameters = parameters;
    this.handle = new NativeHandle(this, client, "client", EngineClientNatives::release);
    this.keyId = EngineClientNatives.keyId(client);
  }

  /**
   * A new key pair.
   *
   * @throws IllegalArgumentException for an unknown parameter set
   * @throws org.hetal.he.openfhe.OpenFheUnavailableException without OpenFHE
   */
  public static NativeClientWithOpenFheKey generate(String parameterSet) {
    return generate(parameterSet, 0);
  }

  /**
   * @param threads of the engine's transforms; 0: one for each core
   */
  public static NativeClientWithOpenFheKey generate(String parameterSet, int threads) {
    OpenFhe.require();
    return new NativeClientWithOpenFheKey(
        NativeParameters.named(parameterSet), EngineClientNatives.generate(parameterSet, threads));
  }

  /**
   * From a file of {@link #saveSecretKey}.
   *
   * @throws java.io.UncheckedIOException when it cannot be read
   * @throws HeFormatException when it is damaged or of other parameters
   */
  public static NativeClientWithOpenFheKey load(Path secretKeyFile) {
    OpenFhe.require();
    return of(SecretKeyFile.read(secretKeyFile), secretKeyFile);
  }

  /**
   * From what {@link #secretKey} gave, which the caller overwrites.
   *
   * @param secretKeyFile for messages
   * @throws HeFormatException when it is damaged or of other parameters
   */
  public static NativeClientWithOpenFheKey load(byte[] secretKey, Path secretKeyFile) {
    OpenFhe.require();
    return of(SecretKeyFile.of(secretKeyFile, secretKey), secretKeyFile);
  }

  private static NativeClientWithOpenFheKey of(SecretKeyFile read, Path secretKeyFile) {
    try (SecretKeyFile file = read) {
      NativeParameters parameters = file.parameters(secretKeyFile, NativeParameters::named);
      file.requireParameters(secretKeyFile, parameters.hash());
      return new NativeClientWithOpenFheKey(
          parameters, EngineClientNatives.load(parameters.name(), 0, file.keyId(), file.payload()));
    }
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

  /** As {@link #encrypt(double[], int)} with imaginary parts; null for none. */
  public byte[] encrypt(double[] real, double[] imaginary, int level) {
    return fenced(() -> EngineClientNatives.encrypt(handle.get(), real, imaginary, level));
  }

  @Override
  public double[] decrypt(byte[] ciphertext) {
    return Arrays.copyOf(decryptComplex(ciphertext), parameters.slotCount());
  }

  @Override
  public double[] decryptComplex(byte[] ciphertext) {
    return fenced(() -> EngineClientNatives.decrypt(handle.get(), ciphertext));
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
      return EngineClientNatives.openWriter(
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
      return EngineClientNatives.writerTotal(writer);
    }

    @Override
    public long writeNext(long writer) {
      return EngineClientNatives.writeNext(writer);
    }

    @Override
    public void commit(long writer) {
      EngineClientNatives.commitWriter(writer);
    }

    @Override
    public void release(long writer) {
      EngineClientNatives.release(writer);
    }
  }

  @Override
  public byte[] secretKey() {
    try (SecretKeyFile key = file()) {
      return key.content();
    }
  }

  @Override
  public void saveSecretKey(Path file) {
    try (SecretKeyFile key = file()) {
      key.write(file);
    }
  }

  @Override
  public void savePublicKey(Path file) {
    throw OpenFheClientBackend.noPublicKeys();
  }

  private SecretKeyFile file() {
    byte[] payload = fenced(() -> EngineClientNatives.secretKey(handle.get()));
    return new SecretKeyFile(parameters.name(), keyId, parameters.hash(), payload);
  }

  private <T> T fenced(Supplier<T> call) {
    try {
      return call.get();
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
    return "OpenFHE client of the engine(" + parameters.name() + ", key " + keyId + ")";
  }
}
