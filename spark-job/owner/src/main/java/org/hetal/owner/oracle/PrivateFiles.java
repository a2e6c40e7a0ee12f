package org.hetal.owner.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.hetal.config.SettingsException;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;

/** Files that only their owner may read. */
final class PrivateFiles {
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-------");
  static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(MODE);

  private PrivateFiles() {}

  /**
   * Creates or replaces a file of mode 0600: readers see the old bytes or the new, never a part.
   */
  static void write(Path file, byte[] bytes) {
    Path partial = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (FileChannel channel =
          FileChannel.open(
              partial,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              OWNER_ONLY)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }

  /** Puts the names of the files in a folder on disk. */
  static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * @throws SettingsException when others may read or write the file
   */
  static void requirePrivate(Path file) {
    try {
      Set<PosixFilePermission> actual = Files.getPosixFilePermissions(file);
      if (!MODE.containsAll(actual)) {
        throw new SettingsException(
            file
                + ": expected mode rw-------, actual "
                + PosixFilePermissions.toString(actual)
                + "; make it private with chmod 600, or remove it if others may have read it");
      }
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
