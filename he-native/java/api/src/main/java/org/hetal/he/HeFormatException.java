package org.hetal.he;

/** Bytes that are not what their header, size, parameter hash or digest says. */
public class HeFormatException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the input and the check that failed, with expected and actual value
   */
  public HeFormatException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the input and the check that failed, with expected and actual value
   * @param cause what was caught
   */
  public HeFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
