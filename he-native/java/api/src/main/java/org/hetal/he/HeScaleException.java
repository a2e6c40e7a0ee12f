package org.hetal.he;

/** Unequal scale degrees; the message gives both. */
public class HeScaleException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the operation with the expected and the actual scale degree
   */
  public HeScaleException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the operation with the expected and the actual scale degree
   * @param cause what was caught
   */
  public HeScaleException(String message, Throwable cause) {
    super(message, cause);
  }
}
