package org.hetal.he;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary folder of this user alone for native libraries out of a jar, which must be files to
 * be loaded. It lies in {@code java.io.tmpdir}, and goes when this is closed: once a library is
 * loaded it needs its file no more.
 */
public final class LibraryFolder implements AutoCloseable {
  private static final FileAttribute<?> OF_THIS_USER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private final Path folder;
  private final String override;

  private LibraryFolder(Path folder, String override) {
    this.folder = folder;
    this.override = override;
  }

  /**
   * @param prefix begins the folder's name
   * @param override what a user may set instead, for messages: a variable that names a folder with
   *     the libraries
   * @throws NativeLibraryException when no folder can be made
   */
  public static LibraryFolder make(String prefix, String override) {
    Path parent = temporary();
    try {
      return new LibraryFolder(
          Files.createTempDirectory(parent, prefix, OF_THIS_USER).toAbsolutePath(), override);
    } catch (IOException e) {
      throw unusable(parent, IoReason.of(e), override, e);
    }
  }

  /**
   * Copies a library into the folder.
   *
   * @throws NativeLibraryException when it cannot be written
   */
  public Path add(String file, InputStream library) {
    Path copy = folder.resolve(file);
    try {
      Files.copy(library, copy);
    } catch (IOException e) {
      throw unusable(temporary(), IoReason.of(e), override, e);
    }
    return copy;
  }

  public Path path() {
    return folder;
  }

  /**
   * {@link System#load} of a library, here or elsewhere.
   *
   * @throws NativeLibraryException saying why, also where the folder's file system forbids programs
   */
  public static void load(Path library, String override) {
    try {
      System.load(library.toString());
    } catch (UnsatisfiedLinkError e) {
      Path mount = forbiddingMount(library);
      if (mount != null) {
        String reason = mount + " is mounted noexec, so that no library can be loaded from it";
        boolean copied = library.startsWith(temporary());
        throw unusable(copied ? temporary() : library.getParent(), reason, override, e);
      }
      throw new NativeLibraryException(
          library.getFileName() + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (UncheckedIOException e) {
      warn(e.getCause());
    } catch (IOException e) {
      warn(e);
    }
  }

  private void warn(IOException failure) {
    System.getLogger(LibraryFolder.class.getName())
        .log(System.Logger.Level.WARNING, "cannot delete {0}: {1}", folder, IoReason.of(failure));
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
  }

  private static NativeLibraryException unusable(
      Path parent, String reason, String override, Throwable cause) {
    return new NativeLibraryException(
        "the folder "
            + parent
            + " cannot take the native library: "
            + reason
            + "; name another one with -Djava.io.tmpdir=FOLDER (in JAVA_TOOL_OPTIONS, or in"
            + " spark.executor.extraJavaOptions), or one that has the libraries with "
            + override,
        cause);
  }

  /** The mount point of a file when it is mounted noexec, else null. */
  static Path forbiddingMount(Path file) {
    try {
      return forbiddingMount(file.toRealPath(), Files.readAllLines(MOUNTS, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return null; // the loader's own message has to do
    }
  }

  /**
   * @param mounts lines of /proc/self/mounts; of several on one point the last counts
   */
  static Path forbiddingMount(Path file, List<String> mounts) {
    Path point = null;
    boolean forbids = false;
    for (String line : mounts) {
      String[] fields = line.split(" ");
      if (fields.length < 4) {
        continue;
      }
      Path at = Path.of(fields[1].replace("\\040", " "));
      if (file.startsWith(at) && (point == null || at.getNameCount() >= point.getNameCount())) {
        point = at;
        forbids = List.of(fields[3].split(",")).contains("noexec");
      }
    }
    return forbids ? point : null;
  }
}
