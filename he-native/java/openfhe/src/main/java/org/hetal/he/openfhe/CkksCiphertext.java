package org.hetal.he.openfhe;

import org.hetal.he.Ciphertext;
import org.hetal.he.library.NativeHandle;

/** {@code lbcrypto::Ciphertext<DCRTPoly>}, immutable. */
public final class CkksCiphertext implements Ciphertext {
  private final CkksContext context;
  private final NativeHandle handle;
  private final int level;
  private final int scaleDegree;
  private final int parts;

  /** Takes over a handle of the native side; for the client. */
  public CkksCiphertext(CkksContext context, long handle) {
    this.context = context;
    this.handle = new NativeHandle(this, handle, "ciphertext", Natives::release);
    int described = Natives.ciphertextDescribe(handle);
    this.level = described & 0xff;
    this.scaleDegree = described >> 8 & 0xff;
    this.parts = described >> 16 & 0xff;
  }

  CkksContext context() {
    return context;
  }

  /** For the client's native methods. */
  public long handle() {
    return handle.get();
  }

  /**
   * Rescalings left: the number of limbs less one. ({@code GetLevel} counts from the other end.)
   */
  @Override
  public int level() {
    return level;
  }

  /** {@code GetNoiseScaleDeg}. */
  @Override
  public int scaleDegree() {
    return scaleDegree;
  }

  /** {@code NumberCiphertextElements}. */
  @Override
  public int parts() {
    return parts;
  }

  /** Names the key pair that it is under: {@code GetKeyTag}. */
  public String keyTag() {
    return Natives.ciphertextKeyTag(handle());
  }

  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "ciphertext(level "
        + level
        + ", scale degree "
        + scaleDegree
        + ", parts "
        + parts
        + ") of "
        + context;
  }
}
