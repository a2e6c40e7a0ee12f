package org.hetal.spark.errors;

/** Something that the run needs stays away; starting it again continues it. Exit code 75. */
public class RetryLaterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RetryLaterException(String message) {
    super(message);
  }

  public RetryLaterException(String message, Throwable cause) {
    super(message, cause);
  }
}
