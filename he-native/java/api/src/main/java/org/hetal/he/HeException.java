package org.hetal.he;

/**
 * Everything that homomorphic evaluation throws beyond IllegalArgumentException and
 * IllegalStateException.
 */
public class HeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: what was expected and what was found
   */
  public HeException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: what was expected and what was found
   * @param cause what was caught
   */
  public HeException(String message, Throwable cause) {
    super(message, cause);
  }
}
