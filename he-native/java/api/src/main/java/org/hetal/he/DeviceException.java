package org.hetal.he;

/** The device failed; the executor should be given up and the task retried elsewhere. */
public class DeviceException extends HeException {
  private static final long serialVersionUID = 1L;

  public DeviceException(String message) {
    super(message);
  }

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
