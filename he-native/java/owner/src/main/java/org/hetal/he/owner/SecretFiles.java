package org.hetal.he.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.hetal.he.HeSecurityException;
import org.hetal.he.library.ProcessUser;

/** Files with a secret key in them. */
public final class SecretFiles {
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rwx------");

  private SecretFiles() {}

  /**
   * Checks who may use a file. The native engine checks the files that it reads itself.
   *
   * @param file a secret one
   * @throws HeSecurityException when group or others have a permission, or when the file belongs to
   *     a user that is neither this one nor root
   * @throws IOException when its attributes cannot be read
   */
  public static void require(Path file) throws IOException {
    Set<PosixFilePermission> actual = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(actual)) {
      throw new HeSecurityException(
          file
              + ": expected a file that only its owner may read, mode rw-------; actual "
              + PosixFilePermissions.toString(actual)
              + "; chmod 600 "
              + file);
    }
    long user = ProcessUser.id();
    long owner = ProcessUser.ownerOf(file.toRealPath());
    if (owner != user && owner != 0) {
      throw new HeSecurityException(
          file + ": expected a file of this user (uid " + user + "), actual owner: uid " + owner);
    }
  }
}
