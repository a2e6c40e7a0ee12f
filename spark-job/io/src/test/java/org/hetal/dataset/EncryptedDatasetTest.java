package org.hetal.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.plan.ValidationMetric;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedDatasetTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";

  private static final String SET = "insecure_simulator_n7_l12";

  @TempDir Path folder;
  private Storage storage;
  private Layout layout;
  private TrainingPlan plan;
  private Origin origin;

  @BeforeEach
  void setUp() {
    storage = new LocalStorage(folder.resolve("data"));
    plan = plan(2);
    layout = plan.layout();
    origin = Origin.of(plan, "0123", ID);
  }

  /** Two minibatches: one of two full groups, one of one row. */
  private static TrainingPlan plan(int validationRows) {
    return plan(validationRows, ValidationMetric.LOGITS);
  }

  private static TrainingPlan plan(int validationRows, ValidationMetric metric) {
    Parameters parameters = SimulatedParameters.named(SET);
    Layout layout = LayoutSearch.cheapest(parameters.slotCount(), 8, 3, 4);
    int rows = 2 * layout.rowsPerGroup();
    return TrainingPlanner.plan(
        parameters,
        layout,
        new Schedule(rows + 1, rows, 1, 2, 1, 32, 2),
        validationRows,
        Preprocessing.none(),
        metric);
  }

  @Test
  void committedDataset_readsBackAsWritten() {
    DatasetWriter writer = writer();
    assertFalse(EncryptedDataset.isPresent(storage), "not before the manifest");
    EncryptedDataset written = writer.commit();
    EncryptedDataset read = EncryptedDataset.open(storage);
    assertEquals(written, read);
    assertEquals(2, read.batches().size());
    assertEquals(plan, read.plan());
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
        assertThrows(DatasetException.class, () -> new DatasetWriter(storage, origin, plan));
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
    EncryptedModel.write(storage, origin, "run", 3, 2, 3, compact(layout.compactCiphertexts()), 3);
    DatasetException e = assertThrows(DatasetException.class, () -> EncryptedDataset.open(storage));
    assertTrue(e.getMessage().contains("kind: expected hetal-encrypted-dataset"), e.getMessage());
    EncryptedModel model = EncryptedModel.open(storage);
    model.requirePlan("model", plan);
    assertEquals(2, model.bestEpoch());
    assertArrayEquals(new byte[] {7}, model.weights().get(0).read(storage));
  }

  @Test
  void modelWithTooFewCiphertexts_isRefused() {
    EncryptedModel.write(storage, origin, "run", 3, 2, 3, List.of(), 3);
    EncryptedModel model = EncryptedModel.open(storage);
    DatasetException e =
        assertThrows(DatasetException.class, () -> model.requirePlan("model", plan));
    assertTrue(e.getMessage().contains("ciphertexts of weights, actual 0"), e.getMessage());
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
    String hash = plan.parameters().hash();
    origin.require("data", hash, "0123");
    assertTrue(
        assertThrows(DatasetException.class, () -> origin.require("data", "abd", "0123"))
            .getMessage()
            .contains("parameters: expected hash abd, actual " + hash + " (" + SET + ")"));
    assertTrue(
        assertThrows(DatasetException.class, () -> origin.require("data", hash, "4567"))
            .getMessage()
            .contains("key id: expected 4567, actual 0123"));
  }

  @Test
  void missingFeatureFile_isRefusedAtCommit() {
    DatasetWriter writer = new DatasetWriter(storage, origin, plan);
    DatasetWriter.EncryptedGroup whole = group(layout.rowsPerGroup(), true);
    int files = whole.features().size();
    DatasetWriter.EncryptedGroup less =
        new DatasetWriter.EncryptedGroup(
            whole.rows(), whole.features().subList(1, files), 8, new byte[] {2}, 7);
    writer.startBatch();
    writer.addMicrobatch(List.of(whole, less));
    writer.startBatch();
    writer.addMicrobatch(List.of(group(1, true)));
    writer.addUnlabelledGroup(group(2, false));
    String message = assertThrows(DatasetException.class, writer::commit).getMessage();
    assertTrue(
        message.endsWith("expected " + files + " feature files, actual " + (files - 1)), message);
  }

  @Test
  void levelsOtherThanThePlans_areRefusedByName() {
    EncryptedDataset written = writer().commit();
    String message =
        assertThrows(DatasetException.class, () -> written.requirePlannedLevels(storage))
            .getMessage();
    assertEquals(
        storage.describe("train/group-00000/x-0000.ct")
            + ": expected level "
            + plan.levels().features()
            + " as in the plan, actual 8",
        message);
    assertNotEquals(8, plan.levels().features());
  }

  @Test
  void otherPlanInTheFolder_isRefusedWithBothDigests() {
    writer().commit();
    TrainingPlan other = plan(3);
    PlanFile.write(storage, other);
    assertEquals(
        storage.describe()
            + "/plan.json: plan: expected SHA-256 "
            + plan.digest()
            + ", actual "
            + other.digest(),
        assertThrows(DatasetException.class, () -> EncryptedDataset.open(storage)).getMessage());
    EncryptedModel model =
        EncryptedModel.write(
            storage, origin, "run", 3, 2, 3, compact(layout.compactCiphertexts()), 3);
    assertEquals(
        "model: plan: expected SHA-256 " + plan.digest() + ", actual " + other.digest(),
        assertThrows(DatasetException.class, () -> model.requirePlan("model", other)).getMessage());
  }

  @Test
  void dataSetWithoutItsPlan_isRefused() throws Exception {
    writer().commit();
    Files.delete(folder.resolve("data/plan.json"));
    DatasetException e = assertThrows(DatasetException.class, () -> EncryptedDataset.open(storage));
    assertEquals(
        folder.resolve("data/plan.json") + ": expected a file, actual none", e.getMessage());
  }

  @Test
  void rowsThatAreNotAsPlanned_areRefused() {
    DatasetWriter writer = new DatasetWriter(storage, origin, plan);
    writer.startBatch();
    writer.addMicrobatch(List.of(group(1, true)));
    String message = assertThrows(DatasetException.class, writer::commit).getMessage();
    assertTrue(message.endsWith("expected 2 minibatches as planned, actual 1"), message);
  }

  @Test
  void validationRowsWithLabels_areThereIfTheLossIsPlannedOnCiphertexts() {
    TrainingPlan planned = plan(2, ValidationMetric.ENCRYPTED_LOSS);
    DatasetWriter writer = writer(planned);
    writer.addValidation(List.of(group(2, true)));
    EncryptedDataset written = writer.commit();
    EncryptedDataset read = EncryptedDataset.open(storage);
    assertEquals(written, read);
    assertEquals(1, read.validation().size());
    assertEquals(0, read.unlabelledGroups().size());
    assertEquals(1, read.evaluationGroups().size());
    assertEquals(1, read.questionCiphertexts());
    EncryptedDataset.Group group = read.validation().get(0).groups().get(0);
    assertTrue(group.labels().path().startsWith("validation/"), group.labels().path());
    assertTrue(DatasetWriter.wrote(group.labels().path()));
    assertEquals(read.groups().get(3), group);
  }

  @Test
  void validationRowsOfTheOtherMetric_areRefused() {
    DatasetWriter unlabelled = writer(plan(2, ValidationMetric.ENCRYPTED_LOSS));
    unlabelled.addUnlabelledGroup(group(2, false));
    String message = assertThrows(DatasetException.class, unlabelled::commit).getMessage();
    assertTrue(message.endsWith("expected labels of the validation rows, actual none"), message);
    storage = new LocalStorage(folder.resolve("other"));
    DatasetWriter labelled = writer(plan);
    labelled.addValidation(List.of(group(2, true)));
    message = assertThrows(DatasetException.class, labelled::commit).getMessage();
    assertTrue(message.endsWith("expected validation rows without labels, actual labels"), message);
  }

  @Test
  void validationGroupWithoutLabelsOrOfFewerRows_isRefused() {
    TrainingPlan planned = plan(2, ValidationMetric.ENCRYPTED_LOSS);
    DatasetWriter unlabelled = writer(planned);
    unlabelled.addValidation(List.of(group(2, false)));
    String message = assertThrows(DatasetException.class, unlabelled::commit).getMessage();
    assertTrue(message.endsWith("expected labels in microbatch v0000, actual none"), message);
    storage = new LocalStorage(folder.resolve("other"));
    DatasetWriter fewer = writer(planned);
    fewer.addValidation(List.of(group(1, true)));
    message = assertThrows(DatasetException.class, fewer::commit).getMessage();
    assertTrue(message.endsWith("expected 2 validation rows as planned, actual 1"), message);
  }

  @Test
  void pathOutsideTheFolder_isRefused() {
    for (String path : List.of("../x", "/etc/x", "a/../../x", "", "a//b", ".hidden")) {
      assertThrows(DatasetException.class, () -> storage.read(path), path);
      assertThrows(DatasetException.class, () -> storage.writeAtomically(path, new byte[1]), path);
    }
  }

  private DatasetWriter writer() {
    DatasetWriter writer = writer(plan);
    writer.addUnlabelledGroup(group(2, false));
    return writer;
  }

  /** Without validation rows. */
  private DatasetWriter writer(TrainingPlan plan) {
    DatasetWriter writer = new DatasetWriter(storage, Origin.of(plan, "0123", ID), plan);
    writer.startBatch();
    writer.addMicrobatch(
        List.of(group(layout.rowsPerGroup(), true), group(layout.rowsPerGroup(), true)));
    writer.startBatch();
    writer.addMicrobatch(List.of(group(1, true)));
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
