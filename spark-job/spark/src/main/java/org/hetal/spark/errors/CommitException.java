package org.hetal.spark.errors;

/**
 * A result cannot be written for a lasting reason, or the run belongs to another process. Commands
 * exit with 73.
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
