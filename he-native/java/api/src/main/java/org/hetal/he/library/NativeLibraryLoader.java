package org.hetal.he.library;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.hetal.he.IoReason;
import org.hetal.he.NativeLibraryException;

/**
 * Loads one of the engine's native libraries: from the folder that {@code HETAL_NATIVE_DIR} names
 * (environment, or system property {@code hetal.native.dir}) and from nowhere else when that is
 * set, otherwise from the jar. Fails at once, listing what was tried; checks that the library's ABI
 * version and commit are those that the jar was built with.
 */
public final class NativeLibraryLoader {
  public static final String OVERRIDE_VARIABLE = "HETAL_NATIVE_DIR";
  private static final String OVERRIDE_PROPERTY = "hetal.native.dir";

  private NativeLibraryLoader() {}

  /**
   * Loads {@code lib<name>.so} for the class whose native methods it holds. Made for static
   * initialisers, which must not throw: a later use of their class would not say why.
   *
   * @param abi what the loaded library says of itself
   * @return null, or what went wrong, with every path tried
   */
  public static NativeLibraryException load(
      Class<?> owner, String name, IntSupplier abi, Supplier<String> libraryCommit) {
    try {
      loadOrThrow(owner, name, abi, libraryCommit);
      return null;
    } catch (NativeLibraryException e) {
      return e;
    } catch (UnsatisfiedLinkError e) {
      return new NativeLibraryException(name + ": not the library of this version: " + e, e);
    }
  }

  private static void loadOrThrow(
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
        throw new NativeLibraryException(
            path + ": expected a library where " + OVERRIDE_VARIABLE + " says, actual no file");
      }
      ExtractedLibraries.load(path, OVERRIDE_VARIABLE);
    } else {
      tried.add("jar:" + resource);
      loadResource(owner, resource, tried);
    }
    int actualAbi = abi.getAsInt();
    String actualCommit = libraryCommit.get();
    String expectedAbi = built.getProperty("abi");
    String expectedCommit = built.getProperty("commit");
    if (!String.valueOf(actualAbi).equals(expectedAbi) || !actualCommit.equals(expectedCommit)) {
      throw new NativeLibraryException(
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
  public static String override() {
    String property = System.getProperty(OVERRIDE_PROPERTY);
    String value = property != null ? property : System.getenv(OVERRIDE_VARIABLE);
    return value == null || value.isBlank() ? null : value;
  }

  private static Properties buildProperties(Class<?> owner, String file) {
    String resource = NativePlatform.resource(file);
    Properties out = new Properties();
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new NativeLibraryException(NativePlatform.absence(owner, file));
      }
      out.load(in);
    } catch (IOException e) {
      throw new NativeLibraryException(resource + ": " + IoReason.of(e), e);
    }
    return out;
  }

  private static void loadResource(Class<?> owner, String resource, List<String> tried) {
    try (ExtractedLibraries folder = ExtractedLibraries.make("hetal-native-", OVERRIDE_VARIABLE)) {
      Path copy =
          folder.extract(
              owner::getResourceAsStream,
              resource,
              () -> new NativeLibraryException("no " + resource + " in the jar"));
      tried.add(copy.toString());
      ExtractedLibraries.load(copy, OVERRIDE_VARIABLE);
    }
  }
}
