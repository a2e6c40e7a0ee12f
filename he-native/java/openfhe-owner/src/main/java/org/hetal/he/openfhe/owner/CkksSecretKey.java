package org.hetal.he.openfhe.owner;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.Supplier;
import org.hetal.he.library.NativeHandle;
import org.hetal.he.openfhe.CkksCiphertext;
import org.hetal.he.openfhe.CkksContext;
import org.hetal.he.openfhe.CkksPlaintext;
import org.hetal.he.openfhe.CkksPublicKey;
import org.hetal.he.openfhe.Envelope;

/**
 * {@code lbcrypto::PrivateKey} in native memory: makes evaluation keys, encrypts, decrypts. Its
 * polynomial is overwritten on {@link #close()}, or when the last call that uses it ends.
 */
public final class CkksSecretKey implements AutoCloseable {
  private final CkksContext context;
  private final NativeHandle handle;
  private final String keyTag;

  private CkksSecretKey(CkksContext context, long handle) {
    this.context = context;
    this.handle = new NativeHandle(this, handle, "secret key", ClientNatives::release);
    this.keyTag = ClientNatives.secretKeyTag(handle);
  }

  /** A key pair. */
  public record Pair(CkksPublicKey publicKey, CkksSecretKey secretKey) implements AutoCloseable {
    @Override
    public void close() {
      publicKey.close();
      secretKey.close();
    }
  }

  /** {@code KeyGen}. */
  public static Pair generate(CkksContext context) {
    long[] keys = ClientNatives.generate(context.handle());
    return new Pair(new CkksPublicKey(context, keys[0]), new CkksSecretKey(context, keys[1]));
  }

  /** {@code Serial::Deserialize(privateKey, BINARY)} of what {@link #serialize} wrote. */
  public static CkksSecretKey deserialize(CkksContext context, byte[] bytes) {
    byte[] payload = Envelope.unwrap(Envelope.Kind.SECRET_KEY, context.parameterHash(), bytes);
    try {
      return ofOpenFheBytes(context, payload);
    } finally {
      Arrays.fill(payload, (byte) 0);
    }
  }

  /** From OpenFHE's own bytes, which a digest must have vouched for. */
  static CkksSecretKey ofOpenFheBytes(CkksContext context, byte[] payload) {
    return new CkksSecretKey(
        context, ClientNatives.secretKeyDeserialize(context.handle(), payload));
  }

  /**
   * A secret key of another library: {@code PrivateKeyImpl::SetPrivateElement}.
   *
   * @param coefficients ringDegree of -1, 0 or 1
   * @param keyTag names the key pair
   */
  public static CkksSecretKey ofCoefficients(
      CkksContext context, byte[] coefficients, String keyTag) {
    return new CkksSecretKey(
        context, ClientNatives.secretKeyFromCoefficients(context.handle(), coefficients, keyTag));
  }

  /** Names the key pair: {@code GetKeyTag}. */
  public String keyTag() {
    return keyTag;
  }

  /** {@code EvalMultKeyGen}: into OpenFHE's static map. */
  public void generateRelinearizationKey() {
    fenced(
        () -> {
          ClientNatives.generateRelinearizationKey(context.handle(), handle.get());
          return null;
        });
  }

  /** {@code EvalRotateKeyGen}: into OpenFHE's static map. A positive step is to the left. */
  public void generateRotationKeys(int... steps) {
    fenced(
        () -> {
          ClientNatives.generateRotationKeys(context.handle(), handle.get(), steps);
          return null;
        });
  }

  /** {@code EvalAutomorphismKeyGen} for 2N - 1: into OpenFHE's static map. */
  public void generateConjugationKey() {
    fenced(
        () -> {
          ClientNatives.generateConjugationKey(context.handle(), handle.get());
          return null;
        });
  }

  /**
   * {@code EvalBootstrapKeyGen} for all slots, after {@link CkksContext#bootstrapSetup}: into
   * OpenFHE's static map. The conjugation key is among them.
   */
  public void generateBootstrapKeys() {
    fenced(
        () -> {
          ClientNatives.generateBootstrapKeys(context.handle(), handle.get());
          return null;
        });
  }

  /** {@code Encrypt(plaintext, privateKey)}: less noise than with the public key. */
  public CkksCiphertext encrypt(CkksPlaintext plaintext) {
    return fenced(
        () ->
            new CkksCiphertext(
                context, ClientNatives.encrypt(context.handle(), handle.get(), plaintext.handle())),
        plaintext);
  }

  /**
   * {@code Decrypt} and {@code GetCKKSPackedValue}: real parts of the slots, then imaginary parts.
   */
  public double[] decrypt(CkksCiphertext ciphertext) {
    return fenced(
        () -> ClientNatives.decrypt(context.handle(), handle.get(), ciphertext.handle()),
        ciphertext);
  }

  /** {@code Serial::Serialize(privateKey, BINARY)} in an {@link Envelope}. */
  public byte[] serialize() {
    byte[] payload = openFheBytes();
    try {
      return Envelope.wrap(Envelope.Kind.SECRET_KEY, context.parameterHash(), payload);
    } finally {
      Arrays.fill(payload, (byte) 0);
    }
  }

  byte[] openFheBytes() {
    return fenced(() -> ClientNatives.secretKeySerialize(context.handle(), handle.get()));
  }

  /** ringDegree coefficients of -1, 0 or 1, for another library; wipe them after use. */
  public byte[] coefficients() {
    return fenced(() -> ClientNatives.secretKeyCoefficients(context.handle(), handle.get()));
  }

  // ---- keys for a bundle, which never enter OpenFHE's static maps ----

  /** With the digits that ciphertexts up to that level need. */
  byte[] relinearizationKeyFile(int level) {
    return fenced(
        () ->
            Envelope.wrap(
                Envelope.Kind.RELINEARIZATION_KEYS,
                context.parameterHash(),
                ClientNatives.relinearizationKey(context.handle(), handle.get(), level)));
  }

  /** With the digits that ciphertexts up to that level need. */
  byte[] rotationKeyFile(int steps, boolean conjugation, int level) {
    return fenced(
        () ->
            Envelope.wrap(
                Envelope.Kind.ROTATION_KEYS,
                context.parameterHash(),
                ClientNatives.automorphismKey(
                    context.handle(), handle.get(), steps, conjugation, level)));
  }

  NativeHandle bootstrapKeys(Object holder) {
    return fenced(
        () ->
            new NativeHandle(
                holder,
                ClientNatives.bootstrapKeySet(context.handle(), handle.get()),
                "key set",
                ClientNatives::release));
  }

  boolean hasKey(NativeHandle keySet, int steps) {
    return fenced(() -> ClientNatives.keySetHas(context.handle(), keySet.get(), steps));
  }

  byte[] takeKeyFile(NativeHandle keySet) {
    return fenced(
        () ->
            Envelope.wrap(
                Envelope.Kind.ROTATION_KEYS,
                context.parameterHash(),
                ClientNatives.keySetTake(context.handle(), keySet.get())));
  }

  private <T> T fenced(Supplier<T> call, Object... operands) {
    try {
      return call.get();
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(operands);
    }
  }

  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "OpenFHE secret key " + keyTag;
  }
}
