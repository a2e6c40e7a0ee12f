package org.hetal.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;

/** A folder of the local file system; made on the first write. */
public final class LocalStorage implements Storage {
  private final Path root;

  public LocalStorage(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public byte[] read(String path) {
    Path file = resolve(path);
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(file + ": expected a file, actual none");
    }
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  @Override
  public void writeAtomically(String path, byte[] bytes) {
    Path file = resolve(path);
    Path partial = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      deleteQuietly(partial);
      throw FileWriteException.of(file, e);
    }
  }

  /** The space of an unfinished file may be what is missing. */
  private static void deleteQuietly(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      // Why the file could not be written says more.
    }
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path));
  }

  @Override
  public List<String> list(String directory) {
    Path folder = directory.isEmpty() ? root : resolve(directory);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isRegularFile)
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .map(entry -> root.relativize(entry).toString().replace('\\', '/'))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw FileReadException.of(folder, e);
    }
  }

  @Override
  public String describe() {
    return root.toString();
  }

  private Path resolve(String path) {
    StoredFile.requireInside(path);
    return root.resolve(path);
  }
}
