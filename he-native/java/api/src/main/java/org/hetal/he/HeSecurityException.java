package org.hetal.he;

/** A parameter set that the security table refuses. */
public class HeSecurityException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the parameter set and the entry of the security table
   */
  public HeSecurityException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the parameter set and the entry of the security table
   * @param cause what was caught
   */
  public HeSecurityException(String message, Throwable cause) {
    super(message, cause);
  }
}
