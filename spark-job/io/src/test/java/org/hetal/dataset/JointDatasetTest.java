package org.hetal.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.hetal.plan.Partition;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JointDatasetTest {
  private static final String KEY = "0123";
  private static final Parameters PARAMETERS =
      SimulatedParameters.named("insecure_simulator_n7_l12");
  private static final Layout LAYOUT = LayoutSearch.cheapest(PARAMETERS.slotCount(), 8, 3, 4);
  private static final Schedule SCHEDULE = new Schedule(100, 20, 1, 2, 1, 32, 2);
  private static final TrainingPlan PLAN = joint("ab".repeat(32), SCHEDULE);

  @TempDir Path folder;

  private static TrainingPlan joint(String preparation, Schedule schedule) {
    return TrainingPlanner.joint(
        PARAMETERS, LAYOUT, schedule, 5, Preprocessing.none(), preparation);
  }

  private static String id(int digit) {
    return Integer.toString(digit).repeat(32);
  }

  private LocalStorage part(String name, int id, int rows, int validationRows) {
    return part(name, PLAN, KEY, id, rows, validationRows);
  }

  private LocalStorage part(
      String name, TrainingPlan plan, String key, int id, int rows, int validationRows) {
    LocalStorage storage = new LocalStorage(folder.resolve(name));
    DatasetWriter writer = new DatasetWriter(storage, Origin.of(plan, key, id(id)), plan);
    Schedule own = plan.schedule().withRows(rows);
    for (int batch = 0; batch < own.batches(); batch++) {
      writer.startBatch();
      for (Partition.MicrobatchRows microbatch :
          Partition.microbatches(own, batch, plan.layout())) {
        writer.addMicrobatch(
            microbatch.groups().stream().map(group -> group(plan, id, group)).toList());
      }
    }
    for (List<RowRange> groups :
        Partition.validationMicrobatches(validationRows, 2, plan.layout())) {
      writer.addValidation(groups.stream().map(group -> group(plan, id, group)).toList());
    }
    writer.commit();
    return storage;
  }

  private static DatasetWriter.EncryptedGroup group(TrainingPlan plan, int id, RowRange rows) {
    int files = plan.rowBlocks(rows.rows()) * plan.layout().columnBlocks();
    List<byte[]> features = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      features.add(new byte[] {(byte) id, (byte) rows.first(), (byte) i});
    }
    return new DatasetWriter.EncryptedGroup(rows.rows(), features, 8, new byte[] {9}, 8);
  }

  private static String refused(List<LocalStorage> parts) {
    return assertThrows(DatasetException.class, () -> JointDataset.open(parts)).getMessage();
  }

  @Test
  void minibatches_areInterleavedWhateverTheOrderOfTheFolders() {
    LocalStorage a = part("a", 2, 70, 3);
    LocalStorage b = part("b", 1, 23, 9);
    JointDataset joint = JointDataset.open(List.of(a, b));
    assertEquals(joint.dataset(), JointDataset.open(List.of(b, a)).dataset());
    assertEquals(joint.digest(), JointDataset.open(List.of(b, a)).digest());
    assertEquals(List.of(20, 20, 20, 20, 3, 10), joint.dataset().rowCounts().minibatches());
    assertEquals(12, joint.dataset().rowCounts().validation());
    assertEquals(List.of(id(2), id(1)), joint.parts().stream().map(p -> p.id()).toList());
    assertEquals(List.of(70, 23), joint.parts().stream().map(p -> p.trainingRows()).toList());
    assertEquals(List.of(4, 2), joint.parts().stream().map(p -> p.minibatches()).toList());
    EncryptedDataset.Batch second = joint.dataset().batches().get(1);
    StoredFile file = second.microbatches().get(0).groups().get(0).features().get(0);
    assertArrayEquals(new byte[] {1, 0, 0}, file.read(joint.storage()));
    assertEquals(b.describe("train/group-00000/x-0000.ct"), joint.storage().describe(file.path()));
  }

  @Test
  void identity_dependsOnTheParts() {
    LocalStorage a = part("a", 1, 70, 3);
    LocalStorage b = part("b", 2, 23, 9);
    JointDataset both = JointDataset.open(List.of(a, b));
    JointDataset one = JointDataset.open(List.of(a));
    assertNotEquals(both.dataset().id(), one.dataset().id());
    assertNotEquals(both.digest(), one.digest());
    assertEquals(both.dataset().id(), both.dataset().origin().datasetId());
    assertEquals(70, one.dataset().trainingRows());
  }

  @Test
  void sameDatasetTwice_isRefusedWithBothFolders() throws Exception {
    LocalStorage a = part("a", 1, 20, 3);
    Path copy = folder.resolve("copy");
    try (var files = Files.walk(a.root())) {
      for (Path each : files.toList()) {
        Files.copy(each, copy.resolve(a.root().relativize(each).toString()));
      }
    }
    String message = refused(List.of(a, new LocalStorage(copy)));
    assertTrue(message.contains("expected each data set once"), message);
    assertTrue(message.contains(a.describe()) && message.contains("/copy"), message);
  }

  @Test
  void otherKeyPreparationAndPlan_areRefusedByName() {
    LocalStorage a = part("a", 1, 20, 3);
    String key = refused(List.of(a, part("key", PLAN, "4567", 2, 20, 3)));
    assertTrue(key.contains("/key: expected the key id 0123, as in " + a.describe()), key);
    assertTrue(key.endsWith("actual 4567"), key);
    TrainingPlan other = joint("cd".repeat(32), SCHEDULE);
    String preparation = refused(List.of(a, part("preparation", other, KEY, 3, 20, 3)));
    assertTrue(preparation.contains("/preparation: expected the common preparation"), preparation);
    TrainingPlan epochs = joint("ab".repeat(32), new Schedule(100, 20, 1, 3, 1, 32, 2));
    String plan = refused(List.of(a, part("plan", epochs, KEY, 4, 20, 3)));
    assertTrue(plan.contains("/plan: expected the plan with SHA-256 " + PLAN.digest()), plan);
  }

  @Test
  void missingAndDamagedParts_areRefusedByName() throws Exception {
    LocalStorage a = part("a", 1, 20, 3);
    String missing = refused(List.of(a, new LocalStorage(folder.resolve("none"))));
    assertTrue(missing.contains("/none"), missing);
    LocalStorage b = part("b", 2, 20, 3);
    Path manifest = b.root().resolve("manifest.json");
    byte[] bytes = Files.readAllBytes(manifest);
    bytes[bytes.length / 2] ^= 1;
    Files.write(manifest, bytes);
    String damaged = refused(List.of(a, b));
    assertTrue(damaged.contains(b.describe()), damaged);
  }

  @Test
  void partsOfAPlanForOneOwner_areRefused() {
    String message = refused(List.of(one("one"), one("two")));
    assertTrue(message.contains("expected a data set of a plan for several owners"), message);
    assertTrue(message.contains("/one") && message.contains("/two"), message);
    JointDataset alone = JointDataset.open(List.of(new LocalStorage(folder.resolve("one"))));
    assertEquals(LAYOUT.rowsPerGroup(), alone.dataset().trainingRows());
    assertEquals(alone.digest(), EncryptedDataset.manifestDigest(alone.storage()));
  }

  private LocalStorage one(String name) {
    int rows = LAYOUT.rowsPerGroup();
    TrainingPlan plan =
        TrainingPlanner.plan(
            PARAMETERS, LAYOUT, new Schedule(rows, rows, 1, 2, 1, 32, 1), 1, Preprocessing.none());
    LocalStorage storage = new LocalStorage(folder.resolve(name));
    DatasetWriter writer = new DatasetWriter(storage, Origin.of(plan, KEY, id(1)), plan);
    writer.startBatch();
    writer.addMicrobatch(List.of(group(plan, 1, new RowRange(0, rows))));
    DatasetWriter.EncryptedGroup group = group(plan, 1, new RowRange(0, 1));
    writer.addUnlabelledGroup(new DatasetWriter.EncryptedGroup(1, group.features(), 8, null, 0));
    writer.commit();
    return storage;
  }

  @Test
  void otherCutThanThePlans_isRefused() {
    LocalStorage storage = new LocalStorage(folder.resolve("cut"));
    DatasetWriter writer = new DatasetWriter(storage, Origin.of(PLAN, KEY, id(1)), PLAN);
    writer.startBatch();
    writer.addMicrobatch(List.of(group(PLAN, 1, new RowRange(0, 3))));
    writer.startBatch();
    writer.addMicrobatch(List.of(group(PLAN, 1, new RowRange(3, 4))));
    writer.addValidation(List.of(group(PLAN, 1, new RowRange(0, 1))));
    String message = assertThrows(DatasetException.class, writer::commit).getMessage();
    assertTrue(message.contains("expected 1 minibatches of 7 rows, actual 2"), message);
  }

  @Test
  void joinedFolder_isForReading() {
    Storage joined = JointDataset.open(List.of(part("a", 1, 20, 3))).storage();
    assertThrows(
        UnsupportedOperationException.class, () -> joined.writeAtomically("x", new byte[1]));
    assertThrows(DatasetException.class, () -> joined.read("train/x"));
    assertThrows(DatasetException.class, () -> joined.read("part-0001/train/x"));
    assertTrue(joined.exists("part-0000/manifest.json"));
  }
}
