package org.hetal.he.library;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.HeSecurityException;

/** Files and folders that only their owner may use: mode 0600 and 0700. */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private OwnerOnly() {}

  /** {@return the attribute that gives a new file mode 0600} */
  public static FileAttribute<Set<PosixFilePermission>> file() {
    return PosixFilePermissions.asFileAttribute(FILE);
  }

  /** {@return the attribute that gives a new folder mode 0700} */
  public static FileAttribute<Set<PosixFilePermission>> folder() {
    return PosixFilePermissions.asFileAttribute(FOLDER);
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
      Files.createDirectories(absolute, folder());
    } catch (IOException e) {
      throw FileWriteException.of(absolute, e);
    }
  }

  /**
   * Makes a folder with mode 0700 in a place where other users may make folders, too, or checks the
   * one that is there. Missing parents get the usual mode.
   *
   * @param what it is, for the message
   * @param remedy what the user can do, for the message
   * @throws HeSecurityException when another user owns the folder, others may use it, or it is a
   *     link
   * @throws IOException when it cannot be made
   */
  public static void makeFolderAmongOthers(Path folder, String what, String remedy)
      throws IOException {
    Path absolute = folder.toAbsolutePath();
    if (absolute.getParent() != null) {
      Files.createDirectories(absolute.getParent());
    }
    try {
      Files.createDirectory(absolute, folder());
    } catch (FileAlreadyExistsException e) {
      // Checked below, as the new one.
    }
    PosixFileAttributes actual =
        Files.readAttributes(absolute, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String named = what + " " + absolute;
    if (!actual.isDirectory()) {
      throw refused(named, "a folder", "a link or a file", remedy);
    }
    long user = ProcessUser.id();
    long owner = ProcessUser.ownerOf(absolute);
    if (owner != user) {
      throw refused(named, "a folder of this user (uid " + user + ")", "uid " + owner, remedy);
    }
    requireModeIn(
        actual.permissions(),
        named,
        "mode " + PosixFilePermissions.toString(FOLDER),
        "chmod 700 " + absolute + ", or " + remedy);
  }

  /**
   * Checks who may use a file. The native engine checks the files that it reads itself.
   *
   * @param file a secret one; a link is followed
   * @throws HeSecurityException when group or others have any permission, or when the file belongs
   *     to a user that is neither this one nor root
   * @throws UncheckedIOException when its attributes cannot be read
   */
  public static void require(Path file) {
    try {
      requireModeIn(
          Files.getPosixFilePermissions(file),
          file.toString(),
          "a file that only its owner may read, mode rw-------",
          "chmod 600 " + file);
      long user = ProcessUser.id();
      long owner = ProcessUser.ownerOf(file.toRealPath());
      if (owner != user && owner != 0) {
        throw refused(
            file.toString(),
            "a file of this user (uid " + user + ")",
            "uid " + owner,
            "use a copy that this user made");
      }
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private static void requireModeIn(
      Set<PosixFilePermission> actual, String named, String expected, String remedy) {
    if (!FOLDER.containsAll(actual)) {
      throw refused(named, expected, PosixFilePermissions.toString(actual), remedy);
    }
  }

  private static HeSecurityException refused(
      String named, String expected, String actual, String remedy) {
    return new HeSecurityException(
        named + ": expected " + expected + ", actual " + actual + "; " + remedy);
  }
}
