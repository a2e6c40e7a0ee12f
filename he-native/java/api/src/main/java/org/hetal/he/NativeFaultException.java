package org.hetal.he;

/**
 * A fault of the native code: it threw something that it does not document. Never a matter of
 * input, settings or of another attempt.
 */
public class NativeFaultException extends HeException {
  private static final long serialVersionUID = 1L;

  public NativeFaultException(String message) {
    super(message);
  }

  public NativeFaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
