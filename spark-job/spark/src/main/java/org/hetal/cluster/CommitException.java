package org.hetal.cluster;

/**
 * A result that cannot be written for a lasting reason, or a run of another process; exit code 73.
 */
public class CommitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommitException(String message) {
    super(message);
  }

  public CommitException(String message, Throwable cause) {
    super(message, cause);
  }
}
