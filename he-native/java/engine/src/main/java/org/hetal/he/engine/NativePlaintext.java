package org.hetal.he.engine;

import org.hetal.he.Plaintext;
import org.hetal.he.library.NativeHandle;

/** An encoded polynomial in native memory. */
final class NativePlaintext implements Plaintext {
  private final NativeEvaluator evaluator;
  private final NativeHandle handle;
  private final int level;

  NativePlaintext(NativeEvaluator evaluator, long handle, int level) {
    this.evaluator = evaluator;
    this.level = level;
    this.handle = new NativeHandle(this, handle, "plaintext", NativePlaintext::release);
  }

  NativeEvaluator evaluator() {
    return evaluator;
  }

  long handle() {
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

  private static native boolean release(long handle);
}
