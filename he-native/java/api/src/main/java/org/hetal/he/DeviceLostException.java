package org.hetal.he;

/**
 * The device stopped working, or computes other residues than the processor does: nothing of it may
 * be used again in this process. The work can be done again elsewhere, with the same bytes.
 */
public class DeviceLostException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: which device failed and how
   */
  public DeviceLostException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: which device failed and how
   * @param cause what was caught
   */
  public DeviceLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
