package org.hetal.he.openfhe;

import java.nio.file.Path;

/** The reader of the manifest of OpenFHE's keys for the fuzzer; it needs no library. */
public final class OpenFheManifest {
  private OpenFheManifest() {}

  /** Reads a whole file. */
  public static void read(byte[] manifest) {
    OpenFheKeyBundle.parse(Path.of("fuzz"), manifest);
  }
}
