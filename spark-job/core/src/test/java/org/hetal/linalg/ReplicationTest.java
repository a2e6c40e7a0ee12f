package org.hetal.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.ReplicationPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplicationTest {
  private static final int SLOTS = 128;
  private static final double FACTOR = 0.75;

  private final Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(2 * SLOTS));
  private final RecordingEvaluator recorder = new RecordingEvaluator(simulator);

  /** Every form, from plain doubling to all window, not only those that the cost model takes. */
  static Stream<ReplicationPlan> plans() {
    List<ReplicationPlan> out = new ArrayList<>();
    for (int stride : new int[] {1, 2, 8}) {
      for (int positions = 1; positions * stride <= SLOTS && positions <= 32; positions *= 2) {
        for (int window = 1; window <= positions; window *= 2) {
          for (int count : new int[] {1, 2, 3, positions / 2 + 1, positions}) {
            if (count <= positions) {
              out.add(new ReplicationPlan(stride, positions, count, window));
            }
          }
        }
      }
    }
    return out.stream().distinct();
  }

  @ParameterizedTest
  @MethodSource("plans")
  void scatter_copiesABlockToAllOfItsRun(ReplicationPlan plan) {
    double[] values = Matrices.random(1, SLOTS, 1)[0];
    try (Masks masks = new Masks(simulator, FACTOR)) {
      List<Ciphertext> out =
          new Replicate(simulator, plan, masks).apply(simulator.encrypt(values, 5));
      assertEquals(plan.count(), out.size());
      int run = plan.stride() * plan.positions();
      for (int v = 0; v < plan.count(); v++) {
        double[] expected = new double[SLOTS];
        for (int slot = 0; slot < SLOTS; slot++) {
          int source = slot / run * run + v * plan.stride() + slot % plan.stride();
          expected[slot] = FACTOR * values[source];
        }
        assertEquals(4, out.get(v).level());
        assertArrayEquals(expected, simulator.decrypt(out.get(v)), 1e-12);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("plans")
  void gather_sumsARunIntoABlock(ReplicationPlan plan) {
    double[][] values = Matrices.random(plan.count(), SLOTS, 2);
    double[] expected = new double[SLOTS];
    int run = plan.stride() * plan.positions();
    for (int v = 0; v < plan.count(); v++) {
      for (int slot = 0; slot < SLOTS; slot++) {
        int target = slot / run * run + v * plan.stride() + slot % plan.stride();
        expected[target] += FACTOR * values[v][slot];
      }
    }
    try (Masks masks = new Masks(simulator, FACTOR)) {
      List<Ciphertext> inputs = new ArrayList<>();
      for (double[] input : values) {
        inputs.add(simulator.encrypt(input, 5));
      }
      Ciphertext out = new PackSums(simulator, plan, masks).apply(inputs);
      assertEquals(4, out.level());
      assertArrayEquals(expected, simulator.decrypt(out), 1e-12);
    }
  }

  @Test
  void directForm_takesPositionsPlusCountMinusTwoRotations() {
    try (Masks masks = new Masks(recorder, 1)) {
      ReplicationPlan plan = new ReplicationPlan(2, 16, 5, 16);
      Ciphertext a = simulator.encrypt(new double[] {1}, 5);
      new Replicate(recorder, plan, masks).apply(a);
      assertEquals(16 + 5 - 2, recorder.count(Operation.ROTATE));
      recorder.resetCounts();
      new PackSums(recorder, plan, masks).apply(List.of(a, a, a, a, a));
      assertEquals(16 + 5 - 2, recorder.count(Operation.ROTATE));
    }
  }

  @Test
  void wrongNumberOfInputs_throws() {
    Ciphertext a = simulator.encrypt(new double[] {1}, 5);
    try (Masks masks = new Masks(simulator, 1)) {
      PackSums packSums = new PackSums(simulator, new ReplicationPlan(1, 4, 3, 2), masks);
      assertThrows(IllegalArgumentException.class, () -> packSums.apply(List.of(a)));
    }
    assertThrows(IllegalArgumentException.class, () -> new ReplicationPlan(1, 4, 5, 2));
  }
}
