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

  public FileWriteException(String message) {
    this(message, new IOException(message));
  }

  public FileWriteException(String message, IOException cause) {
    super(message, cause);
  }

  public static FileWriteException of(Path file, IOException cause) {
    return new FileWriteException("cannot write " + file + ": " + IoReason.of(cause), cause);
  }
}
