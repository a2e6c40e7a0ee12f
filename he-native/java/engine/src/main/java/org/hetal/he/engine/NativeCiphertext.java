package org.hetal.he.engine;

import org.hetal.he.Ciphertext;
import org.hetal.he.library.NativeHandle;

/** A ciphertext in native memory. */
final class NativeCiphertext implements Ciphertext {
  private final NativeEvaluator evaluator;
  private final NativeHandle handle;
  private final int level;
  private final int scaleDegree;
  private final int parts;

  NativeCiphertext(NativeEvaluator evaluator, long handle) {
    this.evaluator = evaluator;
    int described = describe(handle);
    this.level = described & 0xff;
    this.scaleDegree = described >> 8 & 0xff;
    this.parts = described >> 16 & 0xff;
    this.handle = new NativeHandle(this, handle, "ciphertext", NativeCiphertext::release);
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
  public int scaleDegree() {
    return scaleDegree;
  }

  @Override
  public int parts() {
    return parts;
  }

  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "ciphertext(level " + level + ", scale degree " + scaleDegree + ", parts " + parts + ")";
  }

  private static native int describe(long handle);

  private static native boolean release(long handle);
}
