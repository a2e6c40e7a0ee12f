package org.hetal.he;

/** Encoded slots at one level, at the canonical scale of that level. */
public interface Plaintext extends AutoCloseable {

  /**
   * {@return the level of the ciphertexts that it can be combined with, 0 to {@link
   * Parameters#maxLevel}}
   */
  int level();

  /** Frees the memory. A second call does nothing. */
  @Override
  void close();
}
