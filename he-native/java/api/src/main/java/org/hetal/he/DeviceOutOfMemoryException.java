package org.hetal.he;

/**
 * The device has no memory left for the request. Retryable; never an OutOfMemoryError, which Spark
 * takes as fatal.
 */
public class DeviceOutOfMemoryException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: requested and available bytes
   */
  public DeviceOutOfMemoryException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: requested and available bytes
   * @param cause what was caught
   */
  public DeviceOutOfMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
