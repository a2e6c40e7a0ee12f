package org.hetal.he.openfhe;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.hetal.he.library.NativePlatform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFheLibraryTest {
  @TempDir private Path directory;

  private static Properties built(String digest) {
    Properties out = new Properties();
    out.setProperty("version", "1.4.2");
    out.setProperty("libraries", "libopenfhe.so");
    out.setProperty("sha256.libopenfhe.so", digest);
    return out;
  }

  @Test
  void otherLibraryThanBuiltWith_isRefusedWithBothDigests() throws Exception {
    Files.write(directory.resolve("libopenfhe.so"), new byte[] {1, 2, 3});
    OpenFheUnavailableException e =
        assertThrows(
            OpenFheUnavailableException.class,
            () -> OpenFhe.check(directory, built("0".repeat(64))));
    assertTrue(e.getMessage().contains("expected the library of version 1.4.2"), e.getMessage());
    assertTrue(e.getMessage().contains("039058c6f2c0cb492c533b0a4d14ef77"), e.getMessage());
  }

  /** The client's library, which gets the secret key, stands beside the binding in the folder. */
  @Test
  void aLibraryBesideTheBinding_mustBeTheOneOfTheJar() throws Exception {
    Path library = directory.resolve("build.properties");
    String resource = NativePlatform.resource("openfhe/build.properties");
    byte[] built;
    try (InputStream in = OpenFhe.class.getResourceAsStream(resource)) {
      assumeTrue(in != null, "this build is without OpenFHE");
      built = in.readAllBytes();
    }
    Files.write(library, built);
    OpenFhe.requireSame(library, OpenFhe.class, "build.properties");
    built[built.length - 1] ^= 1;
    Files.write(library, built);
    OpenFheUnavailableException e =
        assertThrows(
            OpenFheUnavailableException.class,
            () -> OpenFhe.requireSame(library, OpenFhe.class, "build.properties"));
    assertTrue(e.getMessage().contains("expected the library that this was built with"));
  }

  @Test
  void missingLibrary_saysHowToGetIt() {
    OpenFheUnavailableException e =
        assertThrows(
            OpenFheUnavailableException.class, () -> OpenFhe.check(directory, built("00")));
    assertTrue(e.getMessage().contains("fetch_openfhe.sh"), e.getMessage());
  }
}
