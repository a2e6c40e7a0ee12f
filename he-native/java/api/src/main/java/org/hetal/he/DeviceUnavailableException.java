package org.hetal.he;

/**
 * The machine lacks the device that was asked for, its driver or the library with its kernels; the
 * message says which and how to get it.
 */
public class DeviceUnavailableException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: what is missing and how to get it
   */
  public DeviceUnavailableException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: what is missing and how to get it
   * @param cause what was caught
   */
  public DeviceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
