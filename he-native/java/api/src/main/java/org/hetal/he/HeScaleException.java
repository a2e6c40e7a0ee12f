package org.hetal.he;

/** Unequal scale degrees; the message gives both. */
public class HeScaleException extends HeException {
  private static final long serialVersionUID = 1L;

  public HeScaleException(String message) {
    super(message);
  }

  public HeScaleException(String message, Throwable cause) {
    super(message, cause);
  }
}
