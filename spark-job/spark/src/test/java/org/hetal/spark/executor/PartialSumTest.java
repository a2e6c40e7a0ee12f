package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartialSumTest {
  private final Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(16));
  private final RecordingEvaluator evaluator = new RecordingEvaluator(simulator);

  /** Values whose sum depends on the order in its last bits. */
  private double[] slots(int index) {
    double[] slots = new double[8];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = Math.sin(100.0 * index + i) * Math.pow(10, index % 7);
    }
    return slots;
  }

  private List<Ciphertext> microbatch(int index) {
    try (Ciphertext fresh = simulator.encrypt(slots(index), 3)) {
      return List.of(evaluator.deserialize(simulator.serialize(fresh)));
    }
  }

  /** The sum of a partition, as a task sends it. */
  private SumTree sum(List<Integer> microbatches) {
    try (PartialSum sum = new PartialSum(evaluator)) {
      microbatches.forEach(index -> sum.add(index, microbatch(index)));
      return sum.serialized();
    }
  }

  private byte[] total(List<Integer> microbatches, int partitions, Random random) {
    List<SumTree> parts = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      parts.add(
          sum(
              microbatches.subList(
                  p * microbatches.size() / partitions,
                  (p + 1) * microbatches.size() / partitions)));
    }
    Collections.shuffle(parts, random);
    try (PartialSum sum = new PartialSum(evaluator)) {
      parts.forEach(sum::add);
      try (Ciphertext total = sum.total().get(0)) {
        return evaluator.serialize(total);
      }
    }
  }

  @AfterEach
  void everyCiphertextIsClosed() {
    assertEquals(0, evaluator.openBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 11, 16, 23})
  void total_dependsNeitherOnPartitionsNorOnOrder(int count) {
    Random random = new Random(count);
    List<Integer> microbatches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      microbatches.add(i);
    }
    byte[] expected = total(microbatches, 1, random);
    for (int partitions = 1; partitions <= count; partitions++) {
      assertArrayEquals(
          expected, total(microbatches, partitions, random), partitions + " partitions");
    }
    Collections.shuffle(microbatches, random);
    assertArrayEquals(
        expected, total(microbatches, Math.min(3, count), random), "shuffled microbatches");
  }

  @Test
  void total_isTheSum() {
    byte[] bytes = total(List.of(0, 1, 2, 3, 4), 2, new Random(1));
    double[] expected = new double[8];
    for (int microbatch = 0; microbatch < 5; microbatch++) {
      double[] addend = slots(microbatch);
      for (int i = 0; i < 8; i++) {
        expected[i] += addend[i];
      }
    }
    try (Ciphertext sum = simulator.deserialize(bytes)) {
      assertArrayEquals(expected, simulator.decrypt(sum), 1e-8);
    }
  }

  @Test
  void sumOfContiguousMicrobatches_hasFewNodes() {
    List<Integer> all = IntStream.range(0, 37).boxed().toList();
    assertEquals(Integer.bitCount(37), sum(all).nodes().size());
  }

  /** The pairwise sums along the tree, each one serialized and deserialized before it is added. */
  @Test
  void total_equalsTheSumOfSerializedNodes() {
    byte[] expected = node(0, 8);
    assertArrayEquals(expected, total(IntStream.range(0, 8).boxed().toList(), 1, new Random(1)));
  }

  private byte[] node(int first, int count) {
    if (count == 1) {
      try (Ciphertext leaf = simulator.encrypt(slots(first), 3)) {
        return simulator.serialize(leaf);
      }
    }
    try (Ciphertext left = simulator.deserialize(node(first, count / 2));
        Ciphertext right = simulator.deserialize(node(first + count / 2, count / 2));
        Ciphertext sum = simulator.add(left, right)) {
      return simulator.serialize(sum);
    }
  }

  @Test
  void microbatchThatIsAddedTwice_throws() {
    SumTree other = sum(List.of(4));
    try (PartialSum sum = new PartialSum(evaluator)) {
      sum.add(4, microbatch(4));
      String message = assertThrows(IllegalStateException.class, () -> sum.add(other)).getMessage();
      assertTrue(message.contains("node 4 of height 0"), message);
      assertThrows(IllegalStateException.class, () -> sum.add(4, microbatch(4)));
    }
  }

  @Test
  void total_ofNothing_throws() {
    try (PartialSum sum = new PartialSum(evaluator)) {
      assertThrows(IllegalStateException.class, sum::total);
    }
  }
}
