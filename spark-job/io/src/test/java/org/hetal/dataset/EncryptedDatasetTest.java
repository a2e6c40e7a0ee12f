package org.hetal.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedDatasetTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;
  private Storage storage;
  private Layout layout;
  private Origin origin;

  @BeforeEach
  void setUp() {
    storage = new LocalStorage(folder.resolve("data"));
    layout = LayoutSearch.cheapest(64, 8, 3, 4);
    origin = new Origin("insecure_test", "abc", "0123", Shapes.shape(layout), 4, ID);
  }

  @Test
  void committedDataset_readsBackAsWritten() {
    DatasetWriter writer = writer();
    assertFalse(EncryptedDataset.isPresent(storage), "not before the manifest");
    EncryptedDataset written = writer.commit();
    EncryptedDataset read = EncryptedDataset.open(storage);
    assertEquals(written, read);
    assertEquals(2, read.batches().size());
    assertEquals(layout, Shapes.layout(read.origin().shape()));
    assertEquals(writer.bytes(), read.bytes());
    assertEquals(2 * layout.rowsPerGroup() + 1, read.trainingRows());
    EncryptedDataset.Group first = read.batches().get(0).microbatches().get(0).groups().get(0);
    assertArrayEquals(new byte[] {1, 0, 0}, first.features().get(0).read(storage));
    assertArrayEquals(new byte[] {9, 9}, first.labels().read(storage));
    assertEquals(8, first.features().get(0).level());
  }

  @Test
  void secondWriter_isRefused() {
    writer().commit();
    DatasetException e =
        assertThrows(DatasetException.class, () -> new DatasetWriter(storage, origin, "f00d"));
    assertTrue(e.getMessage().contains("expected no data set yet"), e.getMessage());
  }

  @Test
  void changedOrShortenedCiphertext_isRefused() throws Exception {
    EncryptedDataset dataset = writer().commit();
    StoredFile file = dataset.groups().get(0).features().get(0);
    Path path = folder.resolve("data").resolve(file.path());
    Files.write(path, new byte[] {1, 0, 1});
    assertTrue(
        assertThrows(DatasetException.class, () -> file.read(storage))
            .getMessage()
            .contains("expected SHA-256 " + file.sha256()));
    Files.write(path, new byte[] {1, 0});
    assertTrue(
        assertThrows(DatasetException.class, () -> file.read(storage))
            .getMessage()
            .contains("expected 3 bytes, actual 2"));
    Files.delete(path);
    assertThrows(DatasetException.class, () -> file.read(storage));
  }

  @Test
  void everyChangedByteOfTheManifest_isRefusedOrMeansTheSame() throws Exception {
    EncryptedDataset dataset = writer().commit();
    Path manifest = folder.resolve("data/manifest.json");
    byte[] whole = Files.readAllBytes(manifest);
    int refused = 0;
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      Files.write(manifest, changed);
      try {
        assertEquals(dataset, EncryptedDataset.open(storage), "byte " + i);
      } catch (DatasetException e) {
        refused++;
      }
    }
    assertTrue(refused > whole.length / 2, refused + " of " + whole.length);
  }

  @Test
  void truncatedManifest_isRefused() throws Exception {
    writer().commit();
    Path manifest = folder.resolve("data/manifest.json");
    byte[] whole = Files.readAllBytes(manifest);
    for (int length = 0; length < whole.length - 2; length += 7) {
      Files.write(manifest, java.util.Arrays.copyOf(whole, length));
      assertThrows(DatasetException.class, () -> EncryptedDataset.open(storage));
    }
  }

  @Test
  void manifestOfAnotherKind_isRefused() {
    EncryptedModel.write(
        storage, origin, "run", "f00d", 3, 2, 3, compact(layout.compactCiphertexts()), 3);
    DatasetException e = assertThrows(DatasetException.class, () -> EncryptedDataset.open(storage));
    assertTrue(e.getMessage().contains("kind: expected hetal-encrypted-dataset"), e.getMessage());
    EncryptedModel model = EncryptedModel.open(storage);
    assertEquals(2, model.bestEpoch());
    assertArrayEquals(new byte[] {7}, model.weights().get(0).read(storage));
  }

  @Test
  void modelWithTooFewCiphertexts_isRefused() {
    EncryptedModel.write(storage, origin, "run", "f00d", 3, 2, 3, List.of(), 3);
    assertThrows(DatasetException.class, () -> EncryptedModel.open(storage));
  }

  @Test
  void logits_roundTrip() {
    EncryptedLogits written =
        EncryptedLogits.write(
            storage, origin, ID, List.of(5, 3), List.of(new byte[] {1}, new byte[] {2}), 1);
    assertEquals(written, EncryptedLogits.open(storage));
    assertArrayEquals(new byte[] {2}, EncryptedLogits.open(storage).logits().get(1).read(storage));
  }

  @Test
  void originOfOtherParametersOrKey_isNamed() {
    origin.require("data", "abc", "0123");
    assertTrue(
        assertThrows(DatasetException.class, () -> origin.require("data", "abd", "0123"))
            .getMessage()
            .contains("parameters: expected hash abd, actual abc (insecure_test)"));
    assertTrue(
        assertThrows(DatasetException.class, () -> origin.require("data", "abc", "4567"))
            .getMessage()
            .contains("key id: expected 4567, actual 0123"));
  }

  @Test
  void missingFeatureFile_isRefusedAtCommit() {
    DatasetWriter writer = new DatasetWriter(storage, origin, "f00d");
    writer.startBatch();
    writer.addMicrobatch(
        List.of(
            new DatasetWriter.EncryptedGroup(
                layout.rowsPerGroup(), List.of(new byte[] {1}), 8, new byte[] {2}, 7)));
    if (layout.rowBlocks(layout.rowsPerGroup()) * layout.columnBlocks() == 1) {
      writer.commit();
    } else {
      assertThrows(DatasetException.class, writer::commit);
    }
  }

  @Test
  void pathOutsideTheFolder_isRefused() {
    for (String path : List.of("../x", "/etc/x", "a/../../x", "", "a//b", ".hidden")) {
      assertThrows(DatasetException.class, () -> storage.read(path), path);
      assertThrows(DatasetException.class, () -> storage.writeAtomically(path, new byte[1]), path);
    }
  }

  private DatasetWriter writer() {
    DatasetWriter writer = new DatasetWriter(storage, origin, "f00d");
    writer.startBatch();
    writer.addMicrobatch(
        List.of(group(layout.rowsPerGroup(), true), group(layout.rowsPerGroup(), true)));
    writer.startBatch();
    writer.addMicrobatch(List.of(group(1, true)));
    writer.addUnlabelledGroup(group(2, false));
    return writer;
  }

  private DatasetWriter.EncryptedGroup group(int rows, boolean labels) {
    int files = layout.rowBlocks(rows) * layout.columnBlocks();
    List<byte[]> features = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      features.add(new byte[] {1, (byte) i, 0});
    }
    return new DatasetWriter.EncryptedGroup(
        rows, features, 8, labels ? new byte[] {9, 9} : null, labels ? 7 : 0);
  }

  private static List<byte[]> compact(int count) {
    List<byte[]> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(new byte[] {(byte) (7 + i)});
    }
    return out;
  }
}
