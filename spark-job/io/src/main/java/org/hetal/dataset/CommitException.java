package org.hetal.dataset;

/**
 * A result that cannot be put where it belongs, mostly because another is there or another process
 * is writing it. Commands exit with 73.
 */
public final class CommitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommitException(String message) {
    super(message);
  }

  public CommitException(String message, Throwable cause) {
    super(message, cause);
  }
}
