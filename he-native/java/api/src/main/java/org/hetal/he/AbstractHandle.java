package org.hetal.he;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What ciphertexts and plaintexts of every evaluator have in common: to whom they belong, level,
 * scale degree, number of parts, and a {@link #close} that releases once. The shape can still be
 * asked after closing.
 */
public abstract class AbstractHandle implements AutoCloseable {
  private final Object owner;
  private final Shape shape;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Runnable afterClose;

  /**
   * Level, scale degree and parts.
   *
   * @param level rescalings left
   * @param scaleDegree 1 or 2
   * @param parts 1 for a plaintext, 2 or 3 for a ciphertext
   */
  public record Shape(int level, int scaleDegree, int parts) {
    /**
     * The shape that a native library gives as one number.
     *
     * @param described level in bits 0 to 7, scale degree in bits 8 to 15, parts in bits 16 to 23
     * @return the shape
     */
    public static Shape unpacked(int described) {
      return new Shape(described & 0xff, described >> 8 & 0xff, described >> 16 & 0xff);
    }
  }

  /**
   * Makes an open handle.
   *
   * @param owner equal for handles that may meet in one operation
   * @param shape stays readable after {@link #close}
   */
  protected AbstractHandle(Object owner, Shape shape) {
    this.owner = owner;
    this.shape = shape;
  }

  /** Frees the memory; called once, by {@link #close}. */
  protected abstract void release();

  /** "ciphertext" or "plaintext", for messages. */
  abstract String noun();

  /** {@return the rescalings left, 0 to {@link Parameters#maxLevel()}} */
  public final int level() {
    return shape.level;
  }

  /** {@return 1, or 2 between a product and its rescaling} */
  public final int scaleDegree() {
    return shape.scaleDegree;
  }

  /** {@return 1 for a plaintext, 2 or 3 for a ciphertext} */
  public final int parts() {
    return shape.parts;
  }

  /** Whether {@link #close} was called. */
  final boolean isClosed() {
    return closed.get();
  }

  /** The evaluator, context or parameters that it belongs to. */
  final Object owner() {
    return owner;
  }

  /**
   * Runs once, when this is closed, after what was given before; for {@link RecordingEvaluator}.
   */
  final void afterClose(Runnable action) {
    Runnable before = afterClose;
    afterClose =
        before == null
            ? action
            : () -> {
              before.run();
              action.run();
            };
  }

  /** Frees the memory. A second call does nothing. */
  @Override
  public final void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    release();
    Runnable action = afterClose;
    if (action != null) {
      action.run();
    }
  }

  @Override
  public String toString() {
    return noun()
        + "(level "
        + shape.level
        + ", scale degree "
        + shape.scaleDegree
        + ", parts "
        + shape.parts
        + ")";
  }
}
