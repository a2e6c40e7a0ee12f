package org.hetal.spark.engine;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.hetal.config.SettingsException;
import org.hetal.he.library.ProcessUser;

/** A folder of this user alone, in a place where other users may make folders, too. */
final class PrivateFolder {
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwx------");

  private PrivateFolder() {}

  /**
   * Makes the folder with mode 0700, or checks the one that is there. Missing parents get the usual
   * mode.
   *
   * @param remedy what the user can do, for the message
   * @throws SettingsException when another user owns the folder, others may use it, or it is a link
   * @throws IOException when it cannot be made
   */
  static void make(Path folder, String remedy) throws IOException {
    Path absolute = folder.toAbsolutePath();
    if (absolute.getParent() != null) {
      Files.createDirectories(absolute.getParent());
    }
    try {
      Files.createDirectory(absolute, PosixFilePermissions.asFileAttribute(MODE));
    } catch (FileAlreadyExistsException e) {
      // Checked below, as the new one.
    }
    requirePrivate(absolute, remedy);
  }

  private static void requirePrivate(Path folder, String remedy) throws IOException {
    PosixFileAttributes actual =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!actual.isDirectory()) {
      throw refused(folder, "a folder", "a link or a file", remedy);
    }
    long user = ProcessUser.id();
    long owner = ProcessUser.ownerOf(folder);
    if (owner != user) {
      throw refused(folder, "a folder of this user (uid " + user + ")", "uid " + owner, remedy);
    }
    if (!MODE.containsAll(actual.permissions())) {
      throw refused(
          folder,
          "mode " + PosixFilePermissions.toString(MODE),
          PosixFilePermissions.toString(actual.permissions()),
          "chmod 700 " + folder + ", or " + remedy);
    }
  }

  private static SettingsException refused(
      Path folder, String expected, String actual, String remedy) {
    return new SettingsException(
        "folder of evaluation keys "
            + folder
            + ": expected "
            + expected
            + ", actual "
            + actual
            + "; "
            + remedy);
  }
}
