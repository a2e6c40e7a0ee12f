package org.hetal.he;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why the file system refused, in words: several exceptions of Java say no more than a path. */
public final class IoReason {
  private IoReason() {}

  /**
   * The reason of a failure.
   *
   * @param failure what a call of {@code java.nio.file} threw
   * @return a part of a line, such as "permission denied" or "No space left on device"
   */
  public static String of(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "there is one already";
    }
    if (failure instanceof NotDirectoryException) {
      return "not a folder";
    }
    if (failure instanceof FileSystemLoopException) {
      return "a loop of symbolic links";
    }
    if (failure instanceof CharacterCodingException) {
      return "not text in UTF-8";
    }
    if (failure instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow();
  }
}
