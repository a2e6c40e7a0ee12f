package org.hetal.he;

/**
 * The device has no memory left for the request. Retryable; never an OutOfMemoryError, which Spark
 * takes as fatal.
 */
public class DeviceOutOfMemoryException extends HeException {
  private static final long serialVersionUID = 1L;

  public DeviceOutOfMemoryException(String message) {
    super(message);
  }

  public DeviceOutOfMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
