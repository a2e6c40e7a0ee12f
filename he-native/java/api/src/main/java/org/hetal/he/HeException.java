package org.hetal.he;

/**
 * Everything that homomorphic evaluation throws beyond IllegalArgumentException and
 * IllegalStateException.
 */
public class HeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public HeException(String message) {
    super(message);
  }

  public HeException(String message, Throwable cause) {
    super(message, cause);
  }
}
