package org.hetal.owner.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.JointDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.StoredFile;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.hetal.owner.record.RowsRecord;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Manifests and records that were changed and have a right digest: refused with a {@link
 * DatasetException}, or consistent. Nothing else comes out of a reader.
 */
class SealedManifestFuzzTest {
  private static final int ROUNDS = 500;

  @TempDir private Path root;

  /**
   * @param folder the committed one
   * @param file in it, changed
   * @param read reads it in a copy of the folder, and checks what it accepts
   */
  private void fuzz(String folder, String file, Consumer<Path> read) throws Exception {
    copy(GoldenFolder.of(folder), root);
    byte[] good = Files.readAllBytes(root.resolve(file));
    read.accept(root);
    JsonFuzz fuzz = new JsonFuzz(good, 4711);
    Map<String, String> others = new TreeMap<>();
    int refused = 0;
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bad = fuzz.changed();
      Files.write(root.resolve(file), bad);
      try {
        read.accept(root);
        accepted++;
      } catch (DatasetException e) {
        assertFalse(e.getMessage().contains("sha256: expected"), "sealed, but: " + e.getMessage());
        assertFalse(e.getMessage().contains("\n"), "one line: " + e.getMessage());
        refused++;
      } catch (RuntimeException | Error e) {
        String where = e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
        others.putIfAbsent(e + where, new String(bad, UTF_8));
      }
    }
    assertTrue(others.isEmpty(), () -> "other errors, each with a file: " + others);
    assertTrue(refused > ROUNDS / 4, "refused " + refused);
    assertTrue(accepted > 5, "accepted " + accepted);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
          // As an owner keeps files.
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
        }
      }
    }
  }

  private static void require(StoredFile file) {
    assertTrue(file.level() >= 0 && file.bytes() >= 1, file.toString());
    Path folder = Path.of("/folder");
    assertTrue(folder.resolve(file.path()).normalize().startsWith(folder), file.path());
    assertTrue(file.sha256().matches("[0-9a-f]{64}"), file.sha256());
  }

  @Test
  void dataset() throws Exception {
    fuzz(
        "dataset-3",
        "manifest.json",
        folder -> {
          EncryptedDataset read = EncryptedDataset.open(new LocalStorage(folder));
          int most = read.plan().layout().rowsPerGroup();
          for (EncryptedDataset.Group group : read.groups()) {
            assertTrue(group.rows() >= 1 && group.rows() <= most);
            group.features().forEach(SealedManifestFuzzTest::require);
          }
          assertTrue(read.bytes() > 0 || read.groups().isEmpty());
          assertEquals(32, read.id().length());
          assertTrue(read.trainingRows() >= 0);
        });
  }

  @Test
  void datasetOfOneOfSeveralOwners() throws Exception {
    fuzz(
        JointGoldenFilesTest.DATASET,
        "manifest.json",
        folder -> {
          JointDataset read = JointDataset.open(List.of(new LocalStorage(folder)));
          assertTrue(read.dataset().rowCounts().training() > 0);
          for (EncryptedDataset.Group group : read.dataset().groups()) {
            assertTrue(group.rowBlocks(read.dataset().plan().layout()) >= 1);
            group.features().forEach(SealedManifestFuzzTest::require);
          }
        });
  }

  @Test
  void model() throws Exception {
    TrainingPlan plan = GoldenFolder.plan();
    fuzz(
        "model-3",
        "manifest.json",
        folder -> {
          EncryptedModel read = EncryptedModel.open(new LocalStorage(folder));
          read.requirePlan("test", plan);
          assertEquals(plan.layout().compactCiphertexts(), read.weights().size());
          read.weights().forEach(SealedManifestFuzzTest::require);
        });
  }

  @Test
  void logits() throws Exception {
    fuzz(
        "logits-3",
        "manifest.json",
        folder -> {
          EncryptedLogits read = EncryptedLogits.open(new LocalStorage(folder));
          assertEquals(read.rows().size(), read.logits().size());
          read.logits().forEach(SealedManifestFuzzTest::require);
        });
  }

  @Test
  void recordOfADataset() throws Exception {
    String id = only("records-3/datasets");
    fuzz(
        "records-3",
        "datasets/" + id + ".json",
        folder -> {
          DatasetRecord read = new RecordStore(folder).dataset(id, "test");
          assertFalse(read.describe().isEmpty());
        });
  }

  @Test
  void recordOfRows() throws Exception {
    String id = only("records-3/rows");
    fuzz(
        "records-3",
        "rows/" + id + ".json",
        folder -> {
          RowsRecord read = new RecordStore(folder).rows(id, "test");
          assertTrue(read.rows() >= 0);
        });
  }

  /** The name, without its ending, of the only file in a committed folder. */
  private static String only(String folder) throws IOException {
    try (Stream<Path> files = Files.list(GoldenFolder.of(folder))) {
      List<Path> all = files.toList();
      assertEquals(1, all.size());
      return all.get(0).getFileName().toString().replace(".json", "");
    }
  }
}
