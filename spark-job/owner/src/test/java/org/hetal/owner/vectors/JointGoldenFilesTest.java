package org.hetal.owner.vectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.dataset.DatasetWriter;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.JointDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Origin;
import org.hetal.dataset.PlanFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Packing;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link GoldenFilesTest}: the plan for several owners, and the data set of one of them. */
class JointGoldenFilesTest {
  static final String PLAN = "plan-1-joint";
  static final String DATASET = "dataset-3-joint";
  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String KEY_ID = "00112233445566778899aabbccddeeff";

  @TempDir private Path root;
  private final Simulator simulator = new Simulator(GoldenFolder.PARAMETERS);
  private final TrainingPlan plan = plan();

  private static TrainingPlan plan() {
    Path folder = GoldenFolder.of(PLAN);
    if (Files.exists(folder)) {
      return PlanFile.read(new LocalStorage(folder));
    }
    TrainingPlan one = GoldenFolder.newPlan();
    return TrainingPlanner.joint(
        GoldenFolder.PARAMETERS,
        one.layout(),
        one.schedule(),
        3,
        one.preprocessing(),
        "5a".repeat(32));
  }

  private byte[] encrypted(double[] slots, int level) {
    try (Ciphertext a = simulator.encrypt(slots, level)) {
      return simulator.serialize(a);
    }
  }

  private double[][] rows(int first, int rows) {
    double[][] out =
        new double[plan.rowBlocks(rows) * plan.layout().rowsPerBlock()][plan.layout().features()];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(out[i], (first + i) / 16.0);
    }
    return out;
  }

  private DatasetWriter.EncryptedGroup group(int first, int rows) {
    List<byte[]> features = new ArrayList<>();
    for (double[] block : Packing.packFeatures(plan.layout(), rows(first, rows))) {
      features.add(encrypted(block, 9));
    }
    byte[] labels = encrypted(Packing.packLabels(plan.layout(), new int[rows]), 8);
    return new DatasetWriter.EncryptedGroup(rows, features, 9, labels, 8);
  }

  @Test
  void planForSeveralOwners() {
    PlanFile.write(new LocalStorage(root), plan);
    GoldenFolder.requireSame(PLAN, root);
    assertTrue(plan.isJoint());
    assertEquals("5a".repeat(32), plan.commonPreparation());
    assertEquals(2, plan.loss().labels());
  }

  @Test
  void datasetOfOneOfSeveralOwners() {
    LocalStorage made = new LocalStorage(root);
    DatasetWriter writer = new DatasetWriter(made, Origin.of(plan, KEY_ID, ID), plan);
    writer.startBatch();
    writer.addMicrobatch(List.of(group(0, 8)));
    writer.startBatch();
    writer.addMicrobatch(List.of(group(8, 3)));
    writer.addValidation(List.of(group(11, 2)));
    writer.commit();
    GoldenFolder.requireSame(DATASET, root);

    JointDataset read = JointDataset.open(List.of(new LocalStorage(GoldenFolder.of(DATASET))));
    assertEquals(List.of(8, 3), read.dataset().rowCounts().minibatches());
    assertEquals(2, read.dataset().rowCounts().validation());
    EncryptedDataset.Group second =
        read.dataset().batches().get(1).microbatches().get(0).groups().get(0);
    double[][] packed = Packing.packFeatures(plan.layout(), rows(8, 3));
    for (int i = 0; i < packed.length; i++) {
      try (Ciphertext a = simulator.deserialize(second.features().get(i).read(read.storage()))) {
        assertArrayEquals(packed[i], simulator.decrypt(a));
      }
    }
  }
}
