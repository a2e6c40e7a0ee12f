package org.hetal.spark.errors;

/**
 * A service or file that the run needs is not available now. The same command continues the run.
 * Commands exit with 75.
 */
public class RetryLaterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RetryLaterException(String message) {
    super(message);
  }

  public RetryLaterException(String message, Throwable cause) {
    super(message, cause);
  }
}
