package org.hetal.he.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hetal.he.Ciphertext;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeRangeException;
import org.hetal.he.HeScaleException;
import org.hetal.he.Operation;
import org.hetal.he.Plaintext;
import org.hetal.he.RecordingEvaluator;
import org.junit.jupiter.api.Test;

class SimulatorTest {
  private final Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(8));
  private final RecordingEvaluator recorder = new RecordingEvaluator(simulator);

  @Test
  void multiplyRescale_multipliesSlotsAndTakesALevel() {
    Ciphertext a = simulator.encrypt(new double[] {1, 2, 3, 4}, 5);
    Ciphertext product = recorder.multiplyRescale(a, a);
    assertArrayEquals(new double[] {1, 4, 9, 16}, simulator.decrypt(product));
    assertEquals(4, product.level());
    assertEquals(1, product.scaleDegree());
    assertEquals(1, recorder.count(Operation.MULTIPLY));
    assertEquals(5, recorder.usedKeys().relinearizationLevel());
  }

  @Test
  void rotate_movesSlotsToTheLeftAndNotesTheKey() {
    Ciphertext a = simulator.encrypt(new double[] {1, 2, 3, 4}, 2);
    assertArrayEquals(new double[] {2, 3, 4, 1}, simulator.decrypt(recorder.rotate(a, 1)));
    assertArrayEquals(new double[] {4, 1, 2, 3}, simulator.decrypt(recorder.rotate(a, -1)));
    assertEquals(Map.of(1, 2, 3, 2), recorder.usedKeys().rotations());
  }

  @Test
  void multiplyRotated_sumsMaskedRotationsOfOneCiphertext() {
    Ciphertext a = simulator.encrypt(new double[] {1, 2, 3, 4}, 2);
    Plaintext even = simulator.encode(new double[] {1, 0}, 2);
    Plaintext odd = simulator.encode(new double[] {0, 1}, 2);
    List<Ciphertext> out =
        recorder.multiplyRotated(
            a, new int[] {0, 1}, List.of(List.of(even, odd), Arrays.asList(null, even)));
    assertArrayEquals(new double[] {1, 3, 3, 1}, simulator.decrypt(out.get(0)));
    assertArrayEquals(new double[] {2, 0, 4, 0}, simulator.decrypt(out.get(1)));
    assertEquals(2, out.get(0).scaleDegree());
    assertEquals(1, recorder.count(Operation.ROTATE));
    assertArrayEquals(
        new double[] {3, 5, 7, 5}, simulator.decrypt(simulator.rotateSum(a, new int[] {0, 1})));
    assertArrayEquals(
        new double[] {6, 4, 6, 4},
        simulator.decrypt(simulator.sumRotated(List.of(a, a), new int[] {1, 3})));
  }

  @Test
  void unequalLevelsOrScales_throw() {
    Ciphertext high = simulator.encrypt(new double[] {1}, 5);
    Ciphertext low = simulator.encrypt(new double[] {1}, 4);
    assertThrows(HeLevelException.class, () -> simulator.add(high, low));
    assertThrows(HeScaleException.class, () -> simulator.add(high, simulator.square(high)));
    assertThrows(HeScaleException.class, () -> simulator.rescale(high));
    assertThrows(
        HeLevelException.class, () -> simulator.square(simulator.encrypt(new double[] {1}, 0)));
    assertThrows(IllegalArgumentException.class, () -> simulator.rotate(simulator.square(high), 1));
  }

  @Test
  void bootstrap_refreshesRealSlotsWithinTheBound() {
    Ciphertext a = simulator.multiplyByI(simulator.encrypt(new double[] {0.5}, 3));
    assertArrayEquals(new double[4], simulator.decrypt(simulator.bootstrap(a)), 1e-15);
    assertEquals(15, simulator.bootstrap(a).level());
    Ciphertext large = simulator.encrypt(new double[] {1, 2.5}, 3);
    assertThrows(HeRangeException.class, () -> simulator.bootstrap(large));
    Ciphertext spent = simulator.encrypt(new double[] {1}, 2);
    assertThrows(HeLevelException.class, () -> simulator.bootstrap(spent));
  }

  @Test
  void sparseBootstrap_wantsRealSlotsThatRepeat_andItsOwnKeys() {
    try (Simulator large = new Simulator(SimulatedParameters.withRingDegree(128))) {
      RecordingEvaluator counted = new RecordingEvaluator(large);
      double[] values = new double[64];
      for (int i = 0; i < values.length; i++) {
        values[i] = i % 16 / 16.0;
      }
      Ciphertext a = large.encrypt(values, 3);
      assertArrayEquals(values, large.decrypt(counted.bootstrap(a, 16)), 1e-15);
      assertArrayEquals(values, large.decrypt(counted.bootstrapPair(a, a, 16).get(1)), 1e-15);
      assertEquals(Set.of(16, 32), counted.usedKeys().sparseBootstraps());
      assertTrue(!counted.usedKeys().needsFullBootstrap());
      assertEquals(2, counted.count(Operation.BOOTSTRAP));
      counted.bootstrap(a);
      assertEquals(Set.of(16, 32, 64), counted.usedKeys().sparseBootstraps());
      assertTrue(!counted.usedKeys().needsFullBootstrap());
      counted.bootstrapPair(a, a);
      assertEquals(Set.of(16, 32), counted.usedKeys().sparseBootstraps(), "pairs' keys do");
      assertTrue(counted.usedKeys().needsFullBootstrap());
      values[17] += 0.5;
      Ciphertext other = large.encrypt(values, 3);
      assertThrows(HeRangeException.class, () -> large.bootstrap(other, 16));
      assertThrows(HeRangeException.class, () -> large.bootstrapPair(a, other, 16));
      assertThrows(HeRangeException.class, () -> large.bootstrap(large.multiplyByI(a), 16));
    }
  }

  @Test
  void serialize_roundTripsAndTruncationIsRefused() {
    Ciphertext a = simulator.encrypt(new double[] {1, 2, 3, 4}, 2);
    byte[] bytes = simulator.serialize(a);
    assertArrayEquals(new double[] {1, 2, 3, 4}, simulator.decrypt(simulator.deserialize(bytes)));
    byte[] half = java.util.Arrays.copyOf(bytes, bytes.length / 2);
    assertThrows(HeFormatException.class, () -> simulator.deserialize(half));
  }

  @Test
  void closedOperand_throws() {
    Ciphertext a = simulator.encrypt(new double[] {1}, 2);
    a.close();
    a.close();
    assertThrows(IllegalStateException.class, () -> simulator.negate(a));
  }
}
