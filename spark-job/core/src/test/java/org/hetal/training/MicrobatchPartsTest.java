package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.GradientParts;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.MicrobatchSplit;
import org.hetal.plan.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts of a microbatch, computed from bytes in any order, give the bytes of the whole. */
class MicrobatchPartsTest {
  private static SimulatedTraining training(
      int logRing, int classes, int features, int rows, int groups) {
    Schedule schedule = new Schedule(rows, rows, 2, 1, 9, 32, groups);
    return new SimulatedTraining(
        SimulatedParameters.withRingDegree(1 << logRing),
        Noise.NONE,
        schedule,
        classes,
        Samples.around(rows, features, classes, 0.6, 11),
        Samples.around(20, features, classes, 0.6, 12));
  }

  /** Shapes with one and several row blocks, column blocks, parts, groups, compact ciphertexts. */
  @ParameterizedTest
  @CsvSource({
    "10, 3, 5, 60, 1",
    "10, 2, 200, 100, 1",
    "11, 10, 62, 128, 1",
    "11, 10, 130, 128, 2",
    "11, 16, 130, 120, 2",
    "11, 10, 300, 64, 1",
    "10, 33, 40, 16, 1",
    "9, 16, 120, 32, 2"
  })
  void gradientFromParts_hasTheBytesOfTheWhole(
      int logRing, int classes, int features, int rows, int groupsPerMicrobatch) {
    try (SimulatedTraining training =
            training(logRing, classes, features, rows, groupsPerMicrobatch);
        MicrobatchGradient whole =
            new MicrobatchGradient(
                training.simulator,
                training.plan.layout(),
                training.plan.levels(),
                training.plan.softmax());
        Scope scope = new Scope()) {
      ExpandedWeights weights = scope.own(whole.expand(someWeights(scope, training)));
      EncryptedMicrobatch microbatch = scope.own(training.microbatches().get(0).get(0));
      double factor = training.plan.gradientFactor(training.plan.schedule().batch(0).rows());
      List<byte[]> expected =
          bytes(training, scope.ownAll(whole.compute(weights, microbatch, factor)));
      for (int tasks : new int[] {1, 2, 3, 5, 100}) {
        List<byte[]> actual = inParts(training, whole.parts(), weights, microbatch, factor, tasks);
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
          assertArrayEquals(expected.get(i), actual.get(i), tasks + " tasks, ciphertext " + i);
        }
      }
    }
  }

  private static List<Ciphertext> someWeights(Scope scope, SimulatedTraining training) {
    Layout layout = training.plan.layout();
    double[][] weights = new double[layout.classes()][layout.features()];
    for (int c = 0; c < weights.length; c++) {
      for (int f = 0; f < weights[c].length; f++) {
        weights[c][f] = 0.02 * Math.sin(1 + 7 * c + 3 * f);
      }
    }
    List<Ciphertext> out = new ArrayList<>();
    for (double[] slots : Packing.packWeights(layout, weights)) {
      out.add(scope.own(training.simulator.encrypt(slots, training.plan.levels().forward())));
    }
    return out;
  }

  /** Each value goes through bytes, as between processes. */
  private static List<byte[]> inParts(
      SimulatedTraining training,
      MicrobatchParts parts,
      ExpandedWeights weights,
      EncryptedMicrobatch microbatch,
      double factor,
      int tasks) {
    Layout layout = training.plan.layout();
    List<Integer> blocks =
        microbatch.groups().stream().map(group -> group.features().rowBlocks()).toList();
    MicrobatchSplit split = MicrobatchSplit.of(layout, blocks, tasks);
    List<TreeMap<Integer, byte[]>> logits = new ArrayList<>();
    blocks.forEach(unused -> logits.add(new TreeMap<>()));
    for (List<MicrobatchSplit.RowBlocks> task : split.rows()) {
      for (MicrobatchSplit.RowBlocks range : task) {
        List<Ciphertext> features = microbatch.groups().get(range.group()).features().blocks();
        int columns = layout.columnBlocks();
        int first = range.first() * columns;
        // Not closed: the ciphertexts are the microbatch's.
        FeatureBlocks some =
            new FeatureBlocks(
                features.subList(first, first + range.count() * columns), range.count());
        try (Scope scope = new Scope()) {
          List<Ciphertext> computed = scope.ownAll(parts.logits(weights, some));
          for (int i = 0; i < computed.size(); i++) {
            byte[] bytes = training.simulator.serialize(computed.get(i));
            logits.get(range.group()).put(range.first() + i, bytes);
          }
        }
      }
    }
    try (Scope scope = new Scope()) {
      List<List<Ciphertext>> opened = new ArrayList<>();
      for (TreeMap<Integer, byte[]> group : logits) {
        opened.add(opened(scope, training, new ArrayList<>(group.values())));
      }
      List<Ciphertext> labels =
          microbatch.groups().stream().map(EncryptedMicrobatch.Group::labels).toList();
      List<Ciphertext> residuals = scope.ownAll(parts.residuals(opened, labels));
      GradientParts all = new GradientParts(layout);
      TreeMap<Integer, byte[]> packed = new TreeMap<>();
      for (MicrobatchSplit.Parts range : split.gradient()) {
        int firstColumn = all.part(range.first()).firstColumnBlock();
        int lastColumn = all.part(range.first() + range.count() - 1).lastColumnBlock();
        List<FeatureBlocks> columns = new ArrayList<>();
        for (EncryptedMicrobatch.Group group : microbatch.groups()) {
          columns.add(columns(layout, group.features(), firstColumn, lastColumn));
        }
        List<Ciphertext> computed =
            scope.ownAll(
                parts.gradient(
                    residuals, columns, firstColumn, factor, range.first(), range.count()));
        for (int i = 0; i < computed.size(); i++) {
          packed.put(range.first() + i, training.simulator.serialize(computed.get(i)));
        }
      }
      List<Ciphertext> inOrder = opened(scope, training, new ArrayList<>(packed.values()));
      return bytes(training, scope.ownAll(parts.joined(inOrder, factor)));
    }
  }

  private static FeatureBlocks columns(
      Layout layout, FeatureBlocks all, int firstColumn, int lastColumn) {
    List<Ciphertext> out = new ArrayList<>();
    for (int row = 0; row < all.rowBlocks(); row++) {
      int start = row * layout.columnBlocks();
      out.addAll(all.blocks().subList(start + firstColumn, start + lastColumn + 1));
    }
    return new FeatureBlocks(out, all.rowBlocks());
  }

  private static List<Ciphertext> opened(
      Scope scope, SimulatedTraining training, List<byte[]> bytes) {
    return bytes.stream().map(each -> scope.own(training.simulator.deserialize(each))).toList();
  }

  private static List<byte[]> bytes(SimulatedTraining training, List<Ciphertext> ciphertexts) {
    return ciphertexts.stream().map(training.simulator::serialize).toList();
  }

  @Test
  void ranges_coverEverythingOnceAndDifferByAtMostOne() {
    Layout layout = new Layout(512, 16, 10, 100);
    MicrobatchSplit split = MicrobatchSplit.of(layout, List.of(2, 2), 3);
    assertEquals(
        List.of(
            List.of(new MicrobatchSplit.RowBlocks(0, 0, 1)),
            List.of(new MicrobatchSplit.RowBlocks(0, 1, 1)),
            List.of(new MicrobatchSplit.RowBlocks(1, 0, 2))),
        split.rows());
    split = MicrobatchSplit.of(layout, List.of(2, 1), 2);
    assertEquals(
        List.of(
            List.of(new MicrobatchSplit.RowBlocks(0, 0, 1)),
            List.of(
                new MicrobatchSplit.RowBlocks(0, 1, 1), new MicrobatchSplit.RowBlocks(1, 0, 1))),
        split.rows());
    int parts = new GradientParts(layout).size();
    assertTrue(parts > 1, "parts " + parts);
    int next = 0;
    for (MicrobatchSplit.Parts range : MicrobatchSplit.of(layout, List.of(2), 100).gradient()) {
      assertEquals(next, range.first());
      assertEquals(1, range.count());
      next++;
    }
    assertEquals(parts, next);
  }
}
