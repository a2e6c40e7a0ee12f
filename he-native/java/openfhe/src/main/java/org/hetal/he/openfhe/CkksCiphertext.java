package org.hetal.he.openfhe;

import org.hetal.he.AbstractCiphertext;
import org.hetal.he.library.NativeHandle;

/**
 * {@code lbcrypto::Ciphertext<DCRTPoly>}, immutable. {@link #level} is the number of limbs less one
 * ({@code GetLevel} counts from the other end), {@link #scaleDegree} is {@code GetNoiseScaleDeg},
 * {@link #parts} is {@code NumberCiphertextElements}.
 */
public final class CkksCiphertext extends AbstractCiphertext {
  private final CkksContext context;
  private final NativeHandle handle;

  /** Takes over a handle of the native side; for the client. */
  public CkksCiphertext(CkksContext context, long handle) {
    super(context, Shape.unpacked(Natives.ciphertextDescribe(handle)));
    this.context = context;
    this.handle = new NativeHandle(this, handle, "ciphertext", Natives::release);
  }

  CkksContext context() {
    return context;
  }

  /** For the client's native methods. */
  public long handle() {
    return handle.get();
  }

  /** Names the key pair that it is under: {@code GetKeyTag}. */
  public String keyTag() {
    return Natives.ciphertextKeyTag(handle());
  }

  @Override
  protected void release() {
    handle.close();
  }

  @Override
  public String toString() {
    return super.toString() + " of " + context;
  }
}
