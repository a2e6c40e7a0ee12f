package org.hetal.he;

/** Encoded slots at one level, at the canonical scale of that level. */
public interface Plaintext extends AutoCloseable {

  /**
   * The level of the ciphertexts that it can be combined with: 0 to {@link Parameters#maxLevel}.
   */
  int level();

  /** Idempotent. */
  @Override
  void close();
}
