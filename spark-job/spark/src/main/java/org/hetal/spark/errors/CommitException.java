package org.hetal.spark.errors;

/**
 * A run directory or an output cannot be written, or belongs to another process or another run.
 * Commands exit with 73.
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
