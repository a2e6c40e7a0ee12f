package org.hetal.he;

/**
 * A native library that cannot be loaded; the message is one line that says from where, why, and
 * what to do. A RuntimeException, because Spark ends an executor for every LinkageError.
 */
public class NativeLibraryException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the library, where it was searched for, and what to do
   */
  public NativeLibraryException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: the library, where it was searched for, and what to do
   * @param cause what was caught
   */
  public NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
