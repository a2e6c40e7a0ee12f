package org.hetal.dataset;

/**
 * A result that cannot be put where it belongs, mostly because another is there or another process
 * is writing it. Commands exit with 73.
 */
public final class CommitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: what cannot be put where, why, and what to do
   */
  public CommitException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: what cannot be put where, why, and what to do
   * @param cause what was caught
   */
  public CommitException(String message, Throwable cause) {
    super(message, cause);
  }
}
