package org.hetal.he;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
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
      Path part = temporary(target);
      try {
        writeNew(part, bytes);
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      synchronize(target.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw FileWriteException.of(target, e);
    }
  }

  /**
   * A new name for a file that is renamed to the target when it is whole. Nobody can foresee it. A
   * run that is killed may leave the file.
   *
   * @param target the file to be
   * @return a path beside the target, of which there is no file yet: {@code .NAME.UUID}
   */
  public static Path temporary(Path target) {
    return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
  }

  /**
   * Writes a file that is not there yet. Its bytes are durable afterwards, its name is after {@link
   * #synchronize}.
   *
   * @param file the file to be
   * @param bytes the whole content
   * @param attributes of the new file, such as its mode
   * @throws java.nio.file.FileAlreadyExistsException when there is one, also a link
   * @throws IOException when it cannot be written; a part of it may be there
   */
  public static void writeNew(Path file, byte[] bytes, FileAttribute<?>... attributes)
      throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options, attributes)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /**
   * Makes the names in a folder durable, as {@code force} does for the bytes of a file.
   *
   * @param folder an existing one
   * @throws IOException when the file system refuses
   */
  public static void synchronize(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
