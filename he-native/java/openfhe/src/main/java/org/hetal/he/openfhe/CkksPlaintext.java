package org.hetal.he.openfhe;

import org.hetal.he.AbstractPlaintext;
import org.hetal.he.library.NativeHandle;

/** Encoded slots: {@code lbcrypto::Plaintext}. */
public final class CkksPlaintext extends AbstractPlaintext {
  private final CkksContext context;
  private final NativeHandle handle;

  CkksPlaintext(CkksContext context, long handle, int level) {
    super(context, level);
    this.context = context;
    this.handle = new NativeHandle(this, handle, "plaintext", Natives::release);
  }

  CkksContext context() {
    return context;
  }

  /** For the client's native methods. */
  public long handle() {
    return handle.get();
  }

  @Override
  protected void release() {
    handle.close();
  }
}
