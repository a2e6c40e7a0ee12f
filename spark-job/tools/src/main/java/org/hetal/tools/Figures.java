package org.hetal.tools;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Json;

/** The file that {@code --json} names. */
final class Figures {
  private Figures() {}

  /**
   * Writes or replaces the file.
   *
   * @param figures any value that JSON has
   * @throws org.hetal.he.FileWriteException when it cannot be written
   */
  static void write(Object figures, Path file) {
    Path absolute = file.toAbsolutePath();
    new LocalStorage(absolute.getParent())
        .writeAtomically(
            absolute.getFileName().toString(),
            Json.indented(figures).getBytes(StandardCharsets.UTF_8));
  }
}
