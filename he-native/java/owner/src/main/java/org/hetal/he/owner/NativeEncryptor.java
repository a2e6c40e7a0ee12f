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

  /** From a file of {@link NativeClient#savePublicKey}. */
  public static NativeEncryptor load(Path publicKeyFile) {
    OwnerLibrary.require();
    return new NativeEncryptor(loadNative(publicKeyFile.toString(), 0));
  }

  public Parameters parameters() {
    return parameters;
  }

  /** The key pair's, as in {@link Client#keyId}. */
  public String keyId() {
    return keyId;
  }

  /** As {@link Client#encrypt}. */
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
