package org.hetal.he.openfhe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.library.ExtractedLibraries;
import org.hetal.he.library.NativePlatform;

/**
 * The OpenFHE library in this process: loaded once, from the jar, or from the folder that {@code
 * HETAL_OPENFHE_LIBRARY_DIR} (or the system property {@code hetal.openfhe.library.dir}) names.
 *
 * <p>OpenFHE is C++ without a stable binary interface, so the library that is loaded must be, byte
 * for byte, the one that the binding was compiled with: its SHA-256 is compared before it is
 * loaded.
 */
public final class OpenFhe {
  static final String OVERRIDE_VARIABLE = "HETAL_OPENFHE_LIBRARY_DIR";
  static final String OVERRIDE_PROPERTY = "hetal.openfhe.library.dir";
  private static final String PREFIX = "hetal-openfhe-";
  private static final String BINDING = "libhetal_openfhe.so";
  private static final String HOW =
      "run he-native/cpp/tools/fetch_openfhe.sh, or install OpenFHE 1.4 or newer and set"
          + " OpenFHE_DIR, then build again";

  private OpenFhe() {}

  /** Whether {@link #require} would succeed. */
  public static boolean isAvailable() {
    try {
      require();
      return true;
    } catch (OpenFheUnavailableException e) {
      return false;
    }
  }

  /**
   * Loads OpenFHE unless it is loaded already.
   *
   * @throws OpenFheUnavailableException saying what is missing and how to get it, or which version
   *     was expected and which found
   */
  public static void require() {
    if (Loaded.FAILURE != null) {
      throw new OpenFheUnavailableException(Loaded.FAILURE.getMessage(), Loaded.FAILURE);
    }
  }

  /** {@code GetOPENFHEVersion()}: "1.4.2". */
  public static String version() {
    require();
    return Natives.version();
  }

  /**
   * Sets how many threads OpenFHE may use inside one operation, whatever thread calls it, and
   * returns how many it will: an OpenFHE built without OpenMP stays at 1. {@code
   * omp_set_num_threads}, which {@code ParallelControls::SetNumThreads} sets for the calling thread
   * alone.
   */
  public static int setThreads(int threads) {
    require();
    return Natives.setThreads(threads);
  }

  /** Threads that OpenFHE uses inside one operation: {@code ParallelControls::GetNumThreads}. */
  public static int threads() {
    require();
    return Natives.threads();
  }

  /** Native objects that are not closed. */
  public static long liveObjects() {
    require();
    return Natives.liveObjects();
  }

  /** Contexts and sets of keys in OpenFHE's static maps; 0 when every context is closed. */
  public static int staticEntries() {
    require();
    return Natives.staticEntries();
  }

  /** Loads a further library that lies beside the binding: the client's. */
  public static synchronized void loadBeside(Class<?> owner, String file) {
    require();
    try {
      if (Loaded.fromJar) {
        // What it needs is in memory already and is found there by name.
        try (ExtractedLibraries folder = ExtractedLibraries.make(PREFIX, OVERRIDE_VARIABLE)) {
          ExtractedLibraries.load(copy(owner, file, folder), OVERRIDE_VARIABLE);
        }
      } else {
        Path library = Loaded.directory.resolve(file);
        requireSame(library, owner, file);
        ExtractedLibraries.load(library, OVERRIDE_VARIABLE);
      }
    } catch (OpenFheUnavailableException e) {
      throw e;
    } catch (NativeLibraryException e) {
      throw new OpenFheUnavailableException("OpenFHE: " + e.getMessage(), e);
    }
  }

  /**
   * Compares the libraries in a folder with what the build recorded.
   *
   * @throws OpenFheUnavailableException naming the first that is missing or other
   */
  static void check(Path directory, Properties built) {
    for (String name : names(built)) {
      Path file = directory.resolve(name);
      if (!Files.isRegularFile(file)) {
        throw new OpenFheUnavailableException("OpenFHE: " + file + " is missing: " + HOW);
      }
      String expected = built.getProperty("sha256." + name);
      String actual = sha256(file);
      if (!actual.equals(expected)) {
        throw new OpenFheUnavailableException(
            String.format(
                Locale.ROOT,
                "OpenFHE: expected the library of version %s that this was built with (%s, SHA-256"
                    + " %s), actual %s with SHA-256 %s: %s",
                built.getProperty("version"),
                name,
                expected,
                file,
                actual,
                HOW));
      }
    }
  }

  /**
   * A library beside the binding must be, byte for byte, the one in the jar of the class that needs
   * it: it gets the secret key.
   *
   * @throws OpenFheUnavailableException when it is missing or another
   */
  static void requireSame(Path library, Class<?> owner, String file) {
    if (!Files.isRegularFile(library)) {
      throw new OpenFheUnavailableException("OpenFHE: " + library + " is missing: " + HOW);
    }
    byte[] built;
    try (InputStream in = owner.getResourceAsStream(resource(file))) {
      if (in == null) {
        throw new OpenFheUnavailableException(
            "OpenFHE: this build is without it (no " + resource(file) + " in the jar): " + HOW);
      }
      built = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource(file) + " in the jar", e);
    }
    String expected = HexFormat.of().formatHex(Envelope.sha256(built, built.length));
    String actual = sha256(library);
    if (!actual.equals(expected)) {
      throw new OpenFheUnavailableException(
          String.format(
              Locale.ROOT,
              "OpenFHE: expected the library that this was built with (%s, SHA-256 %s), actual %s"
                  + " with SHA-256 %s: %s",
              file,
              expected,
              library,
              actual,
              HOW));
    }
  }

  private static List<String> names(Properties built) {
    List<String> out = new ArrayList<>(List.of(built.getProperty("libraries", "").split(" ")));
    out.add(BINDING);
    out.removeIf(String::isBlank);
    return out;
  }

  private static String sha256(Path file) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String resource(String file) {
    return NativePlatform.resource("openfhe/" + file);
  }

  private static Path copy(Class<?> owner, String file, ExtractedLibraries folder) {
    return folder.extract(
        owner::getResourceAsStream,
        resource(file),
        () ->
            new OpenFheUnavailableException(
                "OpenFHE: this build is without it (no "
                    + resource(file)
                    + " in the jar): "
                    + HOW));
  }

  /** Loads when first touched. */
  private static final class Loaded {
    static final OpenFheUnavailableException FAILURE;
    static Path directory;
    static boolean fromJar;

    static {
      OpenFheUnavailableException failure = null;
      try {
        load();
      } catch (OpenFheUnavailableException e) {
        failure = e;
      } catch (NativeLibraryException e) {
        failure = new OpenFheUnavailableException("OpenFHE: " + e.getMessage(), e);
      } catch (IOException | UncheckedIOException | UnsatisfiedLinkError e) {
        failure = new OpenFheUnavailableException("OpenFHE: cannot be loaded: " + e, e);
      }
      FAILURE = failure;
    }

    private static void load() throws IOException {
      Properties built = new Properties();
      try (InputStream in = OpenFhe.class.getResourceAsStream(resource("build.properties"))) {
        if (in == null) {
          throw new OpenFheUnavailableException(
              "OpenFHE: this build is without it (no " + resource("") + " in the jar): " + HOW);
        }
        built.load(in);
      }
      List<String> names = names(built);
      String property = System.getProperty(OVERRIDE_PROPERTY);
      String override = property != null ? property : System.getenv(OVERRIDE_VARIABLE);
      fromJar = override == null || override.isBlank();
      if (!fromJar) {
        directory = Path.of(override).toAbsolutePath();
        load(names, built);
        return;
      }
      try (ExtractedLibraries folder = ExtractedLibraries.make(PREFIX, OVERRIDE_VARIABLE)) {
        directory = folder.path();
        for (String name : names) {
          copy(OpenFhe.class, name, folder);
        }
        load(names, built);
      }
    }

    private static void load(List<String> names, Properties built) {
      check(directory, built);
      // Each before those that need it: OpenFHE's own first, the binding last.
      for (String name : names) {
        ExtractedLibraries.load(directory.resolve(name), OVERRIDE_VARIABLE);
      }
      if (!Natives.commit().equals(built.getProperty("commit"))) {
        throw new OpenFheUnavailableException(
            String.format(
                Locale.ROOT,
                "%s: expected commit %s, actual %s: build again",
                BINDING,
                built.getProperty("commit"),
                Natives.commit()));
      }
    }
  }
}
