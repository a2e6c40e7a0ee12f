package org.hetal.he;

/**
 * The operating system gives no more of something that others may give back, such as threads.
 * Retryable.
 */
public class ResourceUnavailableException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the resource with the expected and the actual amount
   */
  public ResourceUnavailableException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the resource with the expected and the actual amount
   * @param cause what was caught
   */
  public ResourceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
