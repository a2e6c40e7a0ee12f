package org.hetal.he.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The user of this process, and the owners of files, as numbers: a container may have no names. */
public final class ProcessUser {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String LINE = "Uid:";

  private ProcessUser() {}

  /**
   * The effective user id of this process.
   *
   * @return its number
   * @throws IOException when the system does not tell it
   */
  public static long id() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(LINE)) {
        return Long.parseLong(line.substring(LINE.length()).strip().split("\\s+")[1]);
      }
    }
    throw new IOException(STATUS + ": expected a line " + LINE + ", actual none");
  }

  /**
   * The user id that owns a file.
   *
   * @param file what is asked about; a link is not followed
   * @return its owner's number
   * @throws IOException when its attributes cannot be read
   */
  public static long ownerOf(Path file) throws IOException {
    return ((Number) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
  }
}
