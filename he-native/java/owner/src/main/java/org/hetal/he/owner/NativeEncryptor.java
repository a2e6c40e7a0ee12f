package org.hetal.he.owner;

import java.lang.ref.Reference;
import java.nio.file.Path;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.library.NativeHandle;

/**
 * A {@link PublicEncryptor} of the native engine. Its noise is larger than the secret key's by
 * about the square root of the ring degree, and its ciphertexts are twice as long.
 */
public final class NativeEncryptor implements PublicEncryptor {
  private final NativeHandle handle;
  private final NativeParameters parameters;
  private final String keyId;

  private NativeEncryptor(long encryptor) {
    this.handle = new NativeHandle(this, encryptor, "encryptor", NativeEncryptor::release);
    this.parameters = NativeParameters.named(describe(encryptor, false));
    this.keyId = describe(encryptor, true);
  }

  /**
   * Reads a file of {@link NativeClient#savePublicKey}.
   *
   * @param publicKeyFile names its parameter set
   * @param threads 0: one for each core
   * @return the encryptor
   * @throws org.hetal.he.FileReadException when it cannot be read
   * @throws org.hetal.he.HeFormatException when it is damaged
   */
  public static NativeEncryptor load(Path publicKeyFile, int threads) {
    OwnerLibrary.require();
    return new NativeEncryptor(loadNative(publicKeyFile.toString(), threads));
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
    try {
      return encryptNative(handle.get(), values, level);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public byte[] add(byte[] a, byte[] b) {
    try {
      return addNative(handle.get(), a, b);
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
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "encryptor(" + parameters.name() + ", key " + keyId + ")";
  }

  private static native long loadNative(String path, int threads);

  private static native boolean release(long handle);

  private static native String describe(long encryptor, boolean keyId);

  private static native String lockRefusal(long encryptor);

  private static native byte[] encryptNative(long encryptor, double[] values, int level);

  private static native byte[] addNative(long encryptor, byte[] a, byte[] b);
}
