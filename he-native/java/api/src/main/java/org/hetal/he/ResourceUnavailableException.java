package org.hetal.he;

/**
 * The operating system gives no more of something that others may give back, such as threads.
 * Retryable.
 */
public class ResourceUnavailableException extends HeException {
  private static final long serialVersionUID = 1L;

  public ResourceUnavailableException(String message) {
    super(message);
  }

  public ResourceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
