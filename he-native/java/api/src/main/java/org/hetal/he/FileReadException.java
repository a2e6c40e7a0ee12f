package org.hetal.he;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A file that is missing or cannot be read; the message says which and why. */
public class FileReadException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  public FileReadException(String message) {
    this(message, new IOException(message));
  }

  public FileReadException(String message, IOException cause) {
    super(message, cause);
  }

  public static FileReadException of(Path file, IOException cause) {
    return new FileReadException("cannot read " + file + ": " + IoReason.of(cause), cause);
  }
}
