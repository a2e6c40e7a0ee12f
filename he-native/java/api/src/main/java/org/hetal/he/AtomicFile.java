package org.hetal.he;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file of the local file system that is there with all its bytes or not at all. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes a file beside the target and moves it there; folders are made. Replaces a target that
   * exists.
   *
   * @throws FileWriteException naming the target and the reason
   * @param target the file to be; missing folders above it are created
   * @param bytes the whole content
   */
  public static void write(Path target, byte[] bytes) {
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      Path part = target.resolveSibling(target.getFileName() + ".part");
      // A run that was killed leaves it behind. A link planted there is removed, not followed.
      Files.deleteIfExists(part);
      try {
        Files.write(part, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw FileWriteException.of(target, e);
    }
  }
}
