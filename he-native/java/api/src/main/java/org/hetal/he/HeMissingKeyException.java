package org.hetal.he;

/** The key bundle lacks the key that the operation needs; the message names it. */
public class HeMissingKeyException extends HeException {
  private static final long serialVersionUID = 1L;

  public HeMissingKeyException(String message) {
    super(message);
  }

  public HeMissingKeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
