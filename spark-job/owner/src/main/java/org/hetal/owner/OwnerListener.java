package org.hetal.owner;

/** Is told how far a call of {@link DataOwner} is, on the thread that makes the call. */
public interface OwnerListener {
  /** Ignores everything. */
  OwnerListener NONE = new OwnerListener() {};

  /**
   * After each evaluation key.
   *
   * @param done keys written, 1 to {@code of}
   * @param of keys of the plan
   * @param bytes of the key just written
   */
  default void keyWritten(int done, int of, long bytes) {}

  /**
   * After each group of rows that was encrypted.
   *
   * @param done groups encrypted, 1 to {@code of}
   * @param of groups of the data set
   */
  default void groupEncrypted(int done, int of) {}

  /**
   * When a call did something that the caller may want to know, such as the removal of files that a
   * killed process left.
   *
   * @param line one line of text without secrets
   */
  default void notice(String line) {}
}
