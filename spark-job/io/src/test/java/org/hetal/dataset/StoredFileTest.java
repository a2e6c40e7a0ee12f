package org.hetal.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that the other side wrote, which may be of any length. */
class StoredFileTest {
  private static final long HUGE = 3L << 30;

  @TempDir Path root;

  private LocalStorage storage() {
    return new LocalStorage(root);
  }

  /** A file with a hole: it takes no space on the disk. */
  private void huge(String name) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(root.resolve(name).toFile(), "rw")) {
      file.setLength(HUGE);
    }
  }

  @Test
  void fileOfTheLengthThatIsNamed_isRead() {
    StoredFile file = StoredFile.write(storage(), "a.ct", new byte[] {1, 2, 3}, 0);
    assertArrayEquals(new byte[] {1, 2, 3}, file.read(storage()));
  }

  @Test
  void longerFile_isRefusedBeforeItIsRead() throws Exception {
    StoredFile file = StoredFile.write(storage(), "a.ct", new byte[] {1, 2, 3}, 0);
    huge("a.ct");
    String message = assertThrows(DatasetException.class, () -> file.read(storage())).getMessage();
    assertTrue(message.contains("expected at most 3 bytes, actual more"), message);
  }

  @Test
  void lengthBeyondEveryCiphertext_isRefused() throws Exception {
    huge("a.ct");
    StoredFile file = new StoredFile("a.ct", 0, HUGE, "0".repeat(64));
    String message = assertThrows(DatasetException.class, () -> file.read(storage())).getMessage();
    assertTrue(message.contains("in a ciphertext, actual " + HUGE), message);
  }

  @Test
  void hugeManifestAndPlan_areRefused() throws Exception {
    huge("manifest.json");
    huge("plan.json");
    assertThrows(DatasetException.class, () -> EncryptedModel.open(storage()));
    assertThrows(DatasetException.class, () -> PlanFile.read(storage()));
  }
}
