package org.hetal.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/** A folder of the local file system; made on the first write. */
public final class LocalStorage implements Storage {
  /** Of an array. */
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Path root;
  private final boolean ownerOnly;

  /**
   * A folder whose files everybody may read, as far as the process's umask allows.
   *
   * @param root need not exist
   */
  public LocalStorage(Path root) {
    this(root, false);
  }

  private LocalStorage(Path root, boolean ownerOnly) {
    this.root = root.toAbsolutePath().normalize();
    this.ownerOnly = ownerOnly;
  }

  /**
   * A folder whose files only their owner may read: new folders get mode 0700, new files 0600.
   *
   * @param root need not exist
   * @return the storage
   */
  public static LocalStorage ownerOnly(Path root) {
    return new LocalStorage(root, true);
  }

  /** {@return the folder, absolute} */
  public Path root() {
    return root;
  }

  @Override
  public byte[] read(String path) {
    return read(path, MOST_BYTES);
  }

  @Override
  public byte[] read(String path, long most) {
    Path file = resolve(path);
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(file + ": expected a file, actual none");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes((int) Math.min(most, MOST_BYTES));
      if (in.read() >= 0) {
        throw Storage.tooLong(file.toString(), most);
      }
      return bytes;
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  @Override
  public void writeAtomically(String path, byte[] bytes) {
    Path file = resolve(path);
    Path partial = AtomicFile.temporary(file);
    try {
      makeFolder(file.getParent());
      try {
        write(partial, bytes);
        Files.move(
            partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        deleteQuietly(partial);
      }
      AtomicFile.synchronize(file.getParent());
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }

  /** Has no effect after a move; frees the space of a failed write. */
  private static void deleteQuietly(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      // The reason of the first failure is reported.
    }
  }

  private void makeFolder(Path folder) throws IOException {
    if (!ownerOnly) {
      Files.createDirectories(folder);
      return;
    }
    OwnerOnly.makeFolder(root);
    Path at = root;
    for (Path name : root.relativize(folder)) {
      at = at.resolve(name);
      OwnerOnly.makeFolder(at);
    }
  }

  private void write(Path file, byte[] bytes) throws IOException {
    FileAttribute<?>[] attributes =
        ownerOnly ? new FileAttribute<?>[] {OwnerOnly.file()} : new FileAttribute<?>[0];
    AtomicFile.writeNew(file, bytes, attributes);
  }

  /**
   * Deletes what killed writes left in the folder and in the folders below it. The caller makes
   * sure that nobody writes there at the same time.
   *
   * @throws org.hetal.he.FileWriteException when one cannot be deleted
   */
  public void removeLeftovers() {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root)) {
      delete(all);
    } catch (IOException e) {
      throw FileWriteException.of(root, e);
    }
  }

  /**
   * Deletes what killed writes of one file left; otherwise as {@link #removeLeftovers()}.
   *
   * @param path of the file, relative
   * @throws org.hetal.he.FileWriteException when one cannot be deleted
   */
  public void removeLeftovers(String path) {
    Path file = resolve(path);
    if (!Files.isDirectory(file.getParent())) {
      return;
    }
    String prefix = "." + file.getFileName() + ".";
    try (Stream<Path> all = Files.list(file.getParent())) {
      delete(all.filter(other -> other.getFileName().toString().startsWith(prefix)));
    } catch (IOException e) {
      throw FileWriteException.of(file.getParent(), e);
    }
  }

  private static void delete(Stream<Path> files) throws IOException {
    for (Path file : files.filter(Files::isRegularFile).filter(LocalStorage::isLeftover).toList()) {
      Files.delete(file);
    }
  }

  /** Whether a file of that name is what a killed {@link #writeAtomically} left. */
  private static boolean isLeftover(Path file) {
    return Storages.isLeftover(file.getFileName().toString());
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
    } catch (UncheckedIOException e) {
      throw FileReadException.of(folder, e.getCause());
    } catch (IOException e) {
      throw FileReadException.of(folder, e);
    }
  }

  @Override
  public List<String> walk() {
    if (!Files.exists(root)) {
      return List.of();
    }
    if (!Files.isDirectory(root)) {
      throw new CommitException(root + ": expected a folder, actual a file; kept");
    }
    try {
      // A walk does not enter a link. Those above the root stay: /proc/PID/root leads elsewhere.
      Path real = Files.isSymbolicLink(root) ? root.toRealPath() : root;
      try (Stream<Path> all = Files.walk(real)) {
        return all.filter(path -> !Files.isDirectory(path))
            .map(path -> real.relativize(path).toString().replace('\\', '/'))
            .sorted()
            .toList();
      }
    } catch (UncheckedIOException e) {
      throw FileReadException.of(root, e.getCause());
    } catch (IOException e) {
      throw FileReadException.of(root, e);
    }
  }

  @Override
  public void delete(String path) {
    Path file = root.resolve(path).normalize();
    if (!file.startsWith(root) || file.equals(root)) {
      throw new IllegalArgumentException("path: expected one below " + root + ", actual " + path);
    }
    try {
      Files.deleteIfExists(file);
      for (Path folder = file.getParent(); !folder.equals(root); folder = folder.getParent()) {
        try (Stream<Path> entries = Files.list(folder)) {
          if (entries.findAny().isPresent()) {
            return;
          }
        }
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
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
