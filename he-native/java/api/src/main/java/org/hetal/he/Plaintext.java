package org.hetal.he;

/** Encoded slots at one level, at the canonical scale of that level. */
public interface Plaintext extends AutoCloseable {
  int level();

  @Override
  void close();
}
