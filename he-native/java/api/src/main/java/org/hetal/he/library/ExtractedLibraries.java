package org.hetal.he.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hetal.he.IoReason;
import org.hetal.he.NativeLibraryException;

/**
 * A temporary folder of this user alone for native libraries out of a jar, which must be files to
 * be loaded. It lies in {@code java.io.tmpdir}, and goes when this is closed: once a library is
 * loaded it needs its file no more.
 */
public final class ExtractedLibraries implements AutoCloseable {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private final Path folder;
  private final String override;

  private ExtractedLibraries(Path folder, String override) {
    this.folder = folder;
    this.override = override;
  }

  /**
   * @param prefix begins the folder's name
   * @param override what a user may set instead, for messages: a variable that names a folder with
   *     the libraries
   * @throws NativeLibraryException when no folder can be made
   */
  public static ExtractedLibraries make(String prefix, String override) {
    Path parent = temporary();
    try {
      return new ExtractedLibraries(
          Files.createTempDirectory(parent, prefix, OwnerOnly.folder()).toAbsolutePath(), override);
    } catch (IOException e) {
      throw unusable(parent, IoReason.of(e), override, e);
    }
  }

  private Path add(String file, InputStream library) {
    Path copy = folder.resolve(file);
    try {
      Files.copy(library, copy);
    } catch (IOException e) {
      throw unusable(temporary(), IoReason.of(e), override, e);
    }
    return copy;
  }

  /**
   * Copies a library out of a jar into the folder.
   *
   * @param resources opens a resource, null where there is none
   * @param absent what to throw then
   * @throws NativeLibraryException when it cannot be read or written
   */
  public Path extract(
      Function<String, InputStream> resources,
      String resource,
      Supplier<? extends RuntimeException> absent) {
    try (InputStream in = resources.apply(resource)) {
      if (in == null) {
        throw absent.get();
      }
      return add(resource.substring(resource.lastIndexOf('/') + 1), in);
    } catch (IOException e) {
      throw new NativeLibraryException(resource + ": " + IoReason.of(e), e);
    }
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
    System.getLogger(ExtractedLibraries.class.getName())
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
