package org.hetal.he;

/**
 * The device stopped working, or computes other residues than the processor does: nothing of it may
 * be used again in this process. The work can be done again elsewhere, with the same bytes.
 */
public class DeviceLostException extends DeviceException {
  private static final long serialVersionUID = 1L;

  public DeviceLostException(String message) {
    super(message);
  }

  public DeviceLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
