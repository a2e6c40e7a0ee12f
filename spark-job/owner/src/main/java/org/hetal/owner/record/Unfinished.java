package org.hetal.owner.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.FileWriteException;

/** What a command that was killed, or found its disk full, left in the folder that it wrote. */
public final class Unfinished {
  private Unfinished() {}

  /**
   * Empties a folder that has no manifest yet, so that the command can begin again.
   *
   * @param ours whether a path, relative and with {@code /}, is one that the command writes
   * @return files deleted
   * @throws CommitException when another file is there; then nothing is deleted
   */
  public static int remove(Path folder, Predicate<String> ours) {
    if (!Files.exists(folder)) {
      return 0;
    }
    if (!Files.isDirectory(folder)) {
      throw new CommitException(folder + ": expected a folder, actual a file; kept");
    }
    try {
      Path root = folder.toRealPath();
      List<Path> files;
      try (Stream<Path> all = Files.walk(root)) {
        files = all.filter(path -> !Files.isDirectory(path)).toList();
      }
      files.forEach(file -> requireOurs(root, file, ours));
      for (Path file : files) {
        Files.delete(file);
        deleteEmpty(file.getParent(), root);
      }
      return files.size();
    } catch (IOException e) {
      throw FileWriteException.of(folder, e);
    }
  }

  /** Deletes a folder and those above it, up to the root, as far as they are empty. */
  private static void deleteEmpty(Path folder, Path root) throws IOException {
    for (Path at = folder; !at.equals(root); at = at.getParent()) {
      try (Stream<Path> entries = Files.list(at)) {
        if (entries.findAny().isPresent()) {
          return;
        }
      }
      Files.delete(at);
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
