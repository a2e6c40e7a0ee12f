package org.hetal.he;

/** Bytes that are not what their header, size, parameter hash or digest says. */
public class HeFormatException extends HeException {
  private static final long serialVersionUID = 1L;

  public HeFormatException(String message) {
    super(message);
  }

  public HeFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
