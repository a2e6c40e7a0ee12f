package org.hetal.he;

/**
 * An immutable CKKS ciphertext, owned by whoever received it from an {@link Evaluator}; close it
 * when done.
 */
public interface Ciphertext extends AutoCloseable {

  /** Rescalings left: 0 to {@link Parameters#maxLevel()}. */
  int level();

  /**
   * 1 normally, 2 between a product and its rescale; the scale is {@code parameters.scale(level) ^
   * scaleDegree}.
   */
  int scaleDegree();

  /** 2, or 3 between a product of ciphertexts and its relinearization. */
  int parts();

  /** Idempotent. */
  @Override
  void close();
}
