package org.hetal.spark.errors;

/** A run directory that cannot be written, or belongs to another process; exit code 73. */
public class CommitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommitException(String message) {
    super(message);
  }

  public CommitException(String message, Throwable cause) {
    super(message, cause);
  }
}
