package org.hetal.he.openfhe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.he.FileReadException;
import org.hetal.he.HeFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests of a folder that others may write, without OpenFHE's library. */
class OpenFheKeyBundleTest {
  @TempDir Path bundle;

  private Path manifest() {
    return bundle.resolve("manifest");
  }

  private String refusal() {
    return assertThrows(HeFormatException.class, () -> OpenFheKeyBundle.read(bundle, null))
        .getMessage();
  }

  /** The file has a hole: it takes no space on the disk. */
  @Test
  void hugeManifest_isRefusedAfterTheBytesOfTheLimit() throws Exception {
    try (RandomAccessFile huge = new RandomAccessFile(manifest().toFile(), "rw")) {
      huge.setLength(3L << 30);
    }
    assertEquals(manifest() + ": expected at most 1048576 bytes, actual more", refusal());
  }

  @Test
  void manifestThatIsALink_isNotFollowed() throws Exception {
    Files.createSymbolicLink(manifest(), Files.writeString(bundle.resolve("elsewhere"), "text"));
    assertEquals(manifest() + ": expected a regular file, actual none", refusal());
  }

  @Test
  void bundleWithoutAManifest_isUnfinished() {
    String message =
        assertThrows(FileReadException.class, () -> OpenFheKeyBundle.read(bundle, null))
            .getMessage();
    assertTrue(message.contains("the bundle may be unfinished"), message);
  }
}
