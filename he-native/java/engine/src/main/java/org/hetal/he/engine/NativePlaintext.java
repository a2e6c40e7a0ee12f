package org.hetal.he.engine;

import org.hetal.he.AbstractPlaintext;
import org.hetal.he.library.NativeHandle;

/** An encoded polynomial in native memory. */
final class NativePlaintext extends AbstractPlaintext {
  private final NativeHandle handle;

  NativePlaintext(NativeEvaluator evaluator, long handle, int level) {
    super(evaluator, level);
    this.handle = new NativeHandle(this, handle, "plaintext", NativePlaintext::release);
  }

  long handle() {
    return handle.get();
  }

  @Override
  protected void release() {
    handle.close();
  }

  private static native boolean release(long handle);
}
