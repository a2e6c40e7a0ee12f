package org.hetal.he;

/** Unequal levels, or not enough of them left; the message gives both. */
public class HeLevelException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the operation with the expected and the actual level
   */
  public HeLevelException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the operation with the expected and the actual level
   * @param cause what was caught
   */
  public HeLevelException(String message, Throwable cause) {
    super(message, cause);
  }
}
