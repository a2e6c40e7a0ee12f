package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Properties;
import org.hetal.he.library.NativePlatform;
import org.hetal.he.openfhe.OpenFheUnavailableException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library that gets the secret key, in a folder that the environment names. */
@Tag("slow")
@OpenFheTest
class ClientLibraryTest {
  private static final String CLIENT = "libhetal_openfhe_client.so";

  @TempDir Path folder;

  @Test
  void changedClientLibrary_isNotLoaded() throws Exception {
    Properties built = new Properties();
    try (InputStream in = resource("build.properties")) {
      built.load(in);
    }
    for (String name : (built.getProperty("libraries") + " libhetal_openfhe.so").split(" +")) {
      copy(name);
    }
    Path client = copy(CLIENT);
    assertTrue(run().contains("a key was made"));
    // The system's loader does not read the end.
    Files.write(client, new byte[1], StandardOpenOption.APPEND);
    String out = run();
    assertTrue(
        out.contains("expected the library that this was built with (" + CLIENT)
            && !out.contains("a key was made"),
        out);
  }

  private static InputStream resource(String name) {
    InputStream in =
        NativeClientWithOpenFheKey.class.getResourceAsStream(
            NativePlatform.resource("openfhe/" + name));
    assertNotNull(in, name);
    return in;
  }

  private Path copy(String name) throws IOException {
    try (InputStream in = resource(name)) {
      Files.copy(in, folder.resolve(name));
    }
    return folder.resolve(name);
  }

  private String run() throws Exception {
    return FaultyProcess.run(
        Map.of("HETAL_OPENFHE_LIBRARY_DIR", folder.toString()), Generate.class);
  }

  /** Makes a key, which loads the library. */
  public static final class Generate {
    public static void main(String[] arguments) {
      try (NativeClientWithOpenFheKey client =
          NativeClientWithOpenFheKey.generate("insecure_n10_l12", 1)) {
        System.out.println("a key was made: " + client.keyId());
      } catch (ExceptionInInitializerError e) {
        System.out.println(((OpenFheUnavailableException) e.getCause()).getMessage());
      }
    }
  }
}
