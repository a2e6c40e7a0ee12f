package org.hetal.he;

/** The key bundle lacks the key that the operation needs; the message names it. */
public class HeMissingKeyException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the key and the level at which it is missing
   */
  public HeMissingKeyException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the key and the level at which it is missing
   * @param cause what was caught
   */
  public HeMissingKeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
