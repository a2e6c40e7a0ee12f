package org.hetal.he;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A file that cannot be written, for want of space or permission, or because one is there already;
 * the message says which and why.
 */
public class FileWriteException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception for a condition that no call of Java reported.
   *
   * @param message one line: the file and the reason
   */
  public FileWriteException(String message) {
    this(message, new IOException(message));
  }

  /**
   * Makes an exception with a message of its own.
   *
   * @param message one line: the file and the reason
   * @param cause what Java reported
   */
  public FileWriteException(String message, IOException cause) {
    super(message, cause);
  }

  /**
   * The exception for a file that cannot be written, with the reason in words ({@link IoReason}).
   *
   * @param file as the message shows it
   * @param cause what Java reported
   * @return the exception, for the caller to throw
   */
  public static FileWriteException of(Path file, IOException cause) {
    return new FileWriteException("cannot write " + file + ": " + IoReason.of(cause), cause);
  }
}
