package org.hetal.he;

/**
 * A fault of the native code: it threw something that it does not document. Never a matter of
 * input, settings or of another attempt.
 */
public class NativeFaultException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the native call and what it threw
   */
  public NativeFaultException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the native call and what it threw
   * @param cause what was caught
   */
  public NativeFaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
