package org.hetal.he;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Loads one of the engine's native libraries: from the folder that {@code HETAL_NATIVE_DIR} names
 * (environment, or system property {@code hetal.native.dir}) and from nowhere else when that is
 * set, otherwise from the jar. Fails at once, listing what was tried; checks that the library's ABI
 * version and commit are those that the jar was built with.
 */
public final class NativeLibraryLoader {
  static final String OVERRIDE_VARIABLE = "HETAL_NATIVE_DIR";
  private static final String OVERRIDE_PROPERTY = "hetal.native.dir";

  private NativeLibraryLoader() {}

  /**
   * Loads {@code lib<name>.so} for the class whose native methods it holds.
   *
   * @param abi what the loaded library says of itself
   * @throws UnsatisfiedLinkError with every path tried
   */
  public static void load(
      Class<?> owner, String name, IntSupplier abi, Supplier<String> libraryCommit) {
    String file = System.mapLibraryName(name);
    String resource = NativePlatform.resource(file);
    Properties built = buildProperties(owner, file + ".properties");
    List<String> tried = new ArrayList<>();
    String override = override();
    if (override != null) {
      Path path = Path.of(override, file).toAbsolutePath();
      tried.add(path.toString());
      if (!Files.isRegularFile(path)) {
        throw missing(name, tried, null);
      }
      loadFile(name, path, tried);
    } else {
      tried.add("jar:" + resource);
      loadResource(owner, name, file, resource, tried);
    }
    int actualAbi = abi.getAsInt();
    String actualCommit = libraryCommit.get();
    String expectedAbi = built.getProperty("abi");
    String expectedCommit = built.getProperty("commit");
    if (!String.valueOf(actualAbi).equals(expectedAbi) || !actualCommit.equals(expectedCommit)) {
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT,
              "%s: expected ABI %s of commit %s, actual ABI %d of commit %s (loaded from %s)",
              name,
              expectedAbi,
              expectedCommit,
              actualAbi,
              actualCommit,
              tried));
    }
  }

  /** The folder that replaces the jars as the source of libraries; null when none is set. */
  static String override() {
    String property = System.getProperty(OVERRIDE_PROPERTY);
    String value = property != null ? property : System.getenv(OVERRIDE_VARIABLE);
    return value == null || value.isBlank() ? null : value;
  }

  private static Properties buildProperties(Class<?> owner, String file) {
    String resource = NativePlatform.resource(file);
    Properties out = new Properties();
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new UnsatisfiedLinkError(NativePlatform.absence(owner, file));
      }
      out.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
    return out;
  }

  private static void loadResource(
      Class<?> owner, String name, String file, String resource, List<String> tried) {
    Path directory = null;
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw missing(name, tried, null);
      }
      directory = Files.createTempDirectory("hetal-native-");
      Path copy = directory.resolve(file);
      Files.copy(in, copy);
      tried.add(copy.toString());
      loadFile(name, copy, tried);
    } catch (IOException e) {
      throw missing(name, tried, e);
    } finally {
      delete(directory, file);
    }
  }

  /** Once loaded, the mapping keeps the file alive; nothing stays behind in the folder. */
  private static void delete(Path directory, String file) {
    if (directory == null) {
      return;
    }
    try {
      Files.deleteIfExists(directory.resolve(file));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      System.getLogger(NativeLibraryLoader.class.getName())
          .log(System.Logger.Level.WARNING, "cannot delete {0}: {1}", directory, e.getMessage());
    }
  }

  private static void loadFile(String name, Path path, List<String> tried) {
    try {
      System.load(path.toString());
    } catch (UnsatisfiedLinkError e) {
      throw missing(name, tried, e);
    }
  }

  private static UnsatisfiedLinkError missing(String name, List<String> tried, Throwable cause) {
    UnsatisfiedLinkError error =
        new UnsatisfiedLinkError(
            name
                + ": no native library could be loaded; tried "
                + tried
                + (cause == null ? "" : ": " + cause.getMessage())
                + " (override the folder with "
                + OVERRIDE_VARIABLE
                + ")");
    error.initCause(cause);
    return error;
  }
}
