package org.hetal.dataset;

import org.hetal.format.Shown;

/**
 * A stored data set, model or result that is missing, damaged, of other parameters or of another
 * key. The message says what, where, expected and actual. It may quote outside bytes: what a
 * terminal must not get is escaped. Commands exit with 65.
 */
public final class DatasetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the file with the expected and the actual value
   */
  public DatasetException(String message) {
    super(Shown.printable(message));
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the file with the expected and the actual value
   * @param cause what was caught
   */
  public DatasetException(String message, Throwable cause) {
    super(Shown.printable(message), cause);
  }
}
