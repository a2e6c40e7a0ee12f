package org.hetal.he;

/**
 * An immutable CKKS ciphertext, owned by whoever received it from an {@link Evaluator}; close it
 * when done.
 */
public interface Ciphertext extends AutoCloseable {

  /** {@return the rescalings left, 0 to {@link Parameters#maxLevel()}} */
  int level();

  /**
   * {@return 1 normally, 2 between a product and its rescale; the scale is {@code
   * parameters.scale(level) ^ scaleDegree}}
   */
  int scaleDegree();

  /** {@return 2, or 3 between a product of ciphertexts and its relinearization} */
  int parts();

  /** Frees the memory. A second call does nothing. */
  @Override
  void close();
}
