package org.hetal.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.hetal.config.SettingsException;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;

/** Files that only their owner may read: mode 0600, in folders of mode 0700. */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private OwnerOnly() {}

  /** {@return the attribute that gives a new file mode 0600} */
  public static FileAttribute<Set<PosixFilePermission>> file() {
    return PosixFilePermissions.asFileAttribute(FILE);
  }

  /**
   * Makes a folder with mode 0700 unless it is there already. Missing parents get the usual mode.
   *
   * @param folder to be; one that is there keeps its mode
   * @throws UncheckedIOException when it cannot be made
   */
  public static void makeFolder(Path folder) {
    Path absolute = folder.toAbsolutePath();
    try {
      if (Files.isDirectory(absolute)) {
        return;
      }
      if (absolute.getParent() != null) {
        Files.createDirectories(absolute.getParent());
      }
      Files.createDirectories(absolute, PosixFilePermissions.asFileAttribute(FOLDER));
    } catch (IOException e) {
      throw FileWriteException.of(absolute, e);
    }
  }

  /**
   * Checks that only its owner has access to a file.
   *
   * @param file a secret one
   * @throws SettingsException when group or others have any permission on the file
   * @throws UncheckedIOException when it cannot be read
   */
  public static void require(Path file) {
    try {
      Set<PosixFilePermission> actual = Files.getPosixFilePermissions(file);
      if (!FOLDER.containsAll(actual)) {
        throw new SettingsException(
            file
                + ": expected a file that only its owner may read, mode rw-------; actual "
                + PosixFilePermissions.toString(actual)
                + "; chmod 600 "
                + file);
      }
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
