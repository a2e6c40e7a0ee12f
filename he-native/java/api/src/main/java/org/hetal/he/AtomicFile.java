package org.hetal.he;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file of the local file system that is there with all its bytes or not at all. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes a file beside the target and moves it there; folders are made. Replaces a target that
   * exists.
   *
   * @throws FileWriteException naming the target and the reason
   * @param target the file to be; missing folders above it are created
   * @param bytes the whole content
   */
  public static void write(Path target, byte[] bytes) {
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      // Nobody can foresee the name. A run that is killed may leave it.
      Path part = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
      try {
        writeNew(part, bytes);
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      try (FileChannel folder =
          FileChannel.open(target.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    } catch (IOException e) {
      throw FileWriteException.of(target, e);
    }
  }

  private static void writeNew(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }
}
