package org.hetal.owner.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;

/** What a command that was killed, or found its disk full, left in the folder that it wrote. */
final class Unfinished {
  private Unfinished() {}

  /**
   * Empties a folder that has no manifest yet, so that the command can begin again.
   *
   * @param ours whether a path, relative and with {@code /}, is one that the command writes
   * @return files deleted
   * @throws CommitException when another file is there; then nothing is deleted
   */
  static int remove(Path folder, Predicate<String> ours) {
    if (!Files.exists(folder)) {
      return 0;
    }
    if (!Files.isDirectory(folder)) {
      throw new CommitException(folder + ": expected a folder, actual a file; kept");
    }
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      int files = 0;
      for (Path path : deepestFirst) {
        if (!Files.isDirectory(path)) {
          requireOurs(folder, path, ours);
          files++;
        }
      }
      for (Path path : deepestFirst) {
        if (!path.equals(folder)) {
          Files.delete(path);
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("emptying " + folder + ": " + e.getMessage(), e);
    }
  }

  private static void requireOurs(Path folder, Path file, Predicate<String> ours) {
    String path = folder.relativize(file).toString();
    if (!ours.test(path) && !LocalStorage.isLeftover(file)) {
      throw new CommitException(
          folder
              + ": expected an empty folder or one that this command did not finish, actual "
              + path
              + "; kept");
    }
  }
}
