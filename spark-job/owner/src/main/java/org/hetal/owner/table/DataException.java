package org.hetal.owner.table;

/**
 * Plaintext data that cannot be used; the message has file, row, column and value. Thrown before
 * anything is encrypted. Commands exit with 65.
 */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
