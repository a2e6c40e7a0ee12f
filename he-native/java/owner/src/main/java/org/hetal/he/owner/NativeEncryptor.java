package org.hetal.he.owner;

import java.lang.ref.Reference;
import java.nio.file.Path;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.library.NativeHandle;

/**
 * Encrypts with a public key alone: for whoever brings data without holding the secret. Its noise
 * is larger than the secret key's by about the square root of the ring degree, and its ciphertexts
 * are twice as long.
 */
public final class NativeEncryptor implements AutoCloseable {
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
   * @return the encryptor, which works on all cores
   * @throws org.hetal.he.FileReadException when it cannot be read
   * @throws org.hetal.he.HeFormatException when it is damaged
   */
  public static NativeEncryptor load(Path publicKeyFile) {
    OwnerLibrary.require();
    return new NativeEncryptor(loadNative(publicKeyFile.toString(), 0));
  }

  /** {@return the parameter set of the key pair} */
  public Parameters parameters() {
    return parameters;
  }

  /** {@return the id of the key pair, as {@link Client#keyId} gives it} */
  public String keyId() {
    return keyId;
  }

  /**
   * Encrypts real slots.
   *
   * @param values 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param level 0 to maxLevel
   * @return a ciphertext of scale degree 1 and two parts, about {@link
   *     Parameters#storedCiphertextBytes} bytes
   * @throws org.hetal.he.HeLevelException for a level out of range
   * @throws IllegalArgumentException for other values
   */
  public byte[] encrypt(double[] values, int level) {
    try {
      return encryptNative(handle.get(), values, level);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close() {
    handle.close();
  }

  private static native long loadNative(String path, int threads);

  private static native boolean release(long handle);

  private static native String describe(long encryptor, boolean keyId);

  private static native byte[] encryptNative(long encryptor, double[] values, int level);
}
