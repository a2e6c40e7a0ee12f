package org.hetal.he;

/** A parameter set that the security table refuses. */
public class HeSecurityException extends HeException {
  private static final long serialVersionUID = 1L;

  public HeSecurityException(String message) {
    super(message);
  }

  public HeSecurityException(String message, Throwable cause) {
    super(message, cause);
  }
}
