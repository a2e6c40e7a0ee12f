package org.hetal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.KeyPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of the evaluation keys belongs to the owner and the cluster. */
class KeyBundleTest {
  @TempDir Path folder;

  /** The file has a hole: it takes no space on the disk. No client is needed for the refusal. */
  @Test
  void hugeManifest_isRefusedAfterTheBytesOfTheLimit() throws Exception {
    Path manifest = folder.resolve("manifest");
    try (RandomAccessFile huge = new RandomAccessFile(manifest.toFile(), "rw")) {
      huge.setLength(3L << 30);
    }
    KeyBundle bundle = new KeyBundle(new LocalStorage(folder));
    String message =
        assertThrows(DatasetException.class, () -> bundle.requireFitting(null, new KeyPlan()))
            .getMessage();
    assertEquals(manifest + ": expected at most 1048576 bytes, actual more", message);
    assertThrows(DatasetException.class, () -> bundle.requireSame(null, new KeyPlan()));
  }
}
