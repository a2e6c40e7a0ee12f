package org.hetal.he.openfhe;

import org.hetal.he.Plaintext;
import org.hetal.he.library.NativeHandle;

/** Encoded slots: {@code lbcrypto::Plaintext}. */
public final class CkksPlaintext implements Plaintext {
  private final CkksContext context;
  private final NativeHandle handle;
  private final int level;

  CkksPlaintext(CkksContext context, long handle, int level) {
    this.context = context;
    this.handle = new NativeHandle(this, handle, "plaintext", Natives::release);
    this.level = level;
  }

  CkksContext context() {
    return context;
  }

  /** For the client's native methods. */
  public long handle() {
    return handle.get();
  }

  @Override
  public int level() {
    return level;
  }

  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "plaintext(level " + level + ")";
  }
}
