package org.hetal.he.engine;

import org.hetal.he.AbstractCiphertext;
import org.hetal.he.library.NativeHandle;

/** A ciphertext in native memory. */
final class NativeCiphertext extends AbstractCiphertext {
  private final NativeHandle handle;

  NativeCiphertext(NativeEvaluator evaluator, long handle) {
    super(evaluator, Shape.unpacked(describe(handle)));
    this.handle = new NativeHandle(this, handle, "ciphertext", NativeCiphertext::release);
  }

  long handle() {
    return handle.get();
  }

  @Override
  protected void release() {
    handle.close();
  }

  private static native int describe(long handle);

  private static native boolean release(long handle);
}
