package org.hetal.he;

/** The device failed; the executor should be given up and the task retried elsewhere. */
public class DeviceException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: which device and call failed
   */
  public DeviceException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: which device and call failed
   * @param cause what was caught
   */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
