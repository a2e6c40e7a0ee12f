package org.hetal.he;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests of a folder that others may write. */
class KeyBundleManifestTest {
  @TempDir Path bundle;

  private Path file() {
    return bundle.resolve(KeyBundleManifest.NAME);
  }

  @Test
  void longestManifest_isReadAndAByteMoreIsNot() throws Exception {
    byte[] longest = new byte[KeyBundleManifest.MAX_BYTES];
    assertEquals(
        longest.length, KeyBundleManifest.bytes("keys", new ByteArrayInputStream(longest)).length);
    byte[] longer = new byte[KeyBundleManifest.MAX_BYTES + 1];
    assertThrows(
        HeFormatException.class,
        () -> KeyBundleManifest.bytes("keys", new ByteArrayInputStream(longer)));
  }

  /** The file has a hole: it takes no space on the disk. */
  @Test
  void hugeManifest_isRefusedAfterTheBytesOfTheLimit() throws Exception {
    try (RandomAccessFile huge = new RandomAccessFile(file().toFile(), "rw")) {
      huge.setLength(3L << 30);
    }
    String message =
        assertThrows(HeFormatException.class, () -> KeyBundleManifest.read(bundle)).getMessage();
    assertEquals(file() + ": expected at most 1048576 bytes, actual more", message);
  }

  @Test
  void manifestThatIsALink_isNotFollowed() throws Exception {
    Path elsewhere = Files.writeString(bundle.resolve("elsewhere"), "hetal-keys 1\n");
    Files.createSymbolicLink(file(), elsewhere);
    String message =
        assertThrows(HeFormatException.class, () -> KeyBundleManifest.read(bundle)).getMessage();
    assertEquals(file() + ": expected a regular file, actual none", message);
  }

  @Test
  void bundleWithoutAManifest_isNamed() {
    String message =
        assertThrows(FileReadException.class, () -> KeyBundleManifest.read(bundle)).getMessage();
    assertTrue(message.startsWith("cannot read " + file() + ": "), message);
  }
}
