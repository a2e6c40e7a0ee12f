package org.hetal.owner.record;

import java.util.List;
import java.util.function.Predicate;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.Storage;
import org.hetal.dataset.Storages;

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
  public static int remove(Storage folder, Predicate<String> ours) {
    List<String> files = folder.walk();
    files.forEach(file -> requireOurs(folder, file, ours));
    files.forEach(folder::delete);
    return files.size();
  }

  private static void requireOurs(Storage folder, String path, Predicate<String> ours) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (!ours.test(path) && !Storages.isLeftover(name)) {
      throw new CommitException(
          folder.describe()
              + ": expected an empty folder or one that this command did not finish, actual "
              + path
              + "; kept");
    }
  }
}
