package org.hetal.he;

/** Unequal levels, or not enough of them left; the message gives both. */
public class HeLevelException extends HeException {
  private static final long serialVersionUID = 1L;

  public HeLevelException(String message) {
    super(message);
  }

  public HeLevelException(String message, Throwable cause) {
    super(message, cause);
  }
}
