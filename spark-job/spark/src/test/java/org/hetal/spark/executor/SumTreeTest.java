package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.hetal.he.Ciphertext;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SumTreeTest {
  private final Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(16));

  /** Values whose sum depends on the order in its last bits. */
  private List<byte[]> microbatch(int index) {
    double[] slots = new double[8];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = Math.sin(100.0 * index + i) * Math.pow(10, index % 7);
    }
    try (Ciphertext ciphertext = simulator.encrypt(slots, 3)) {
      return List.of(simulator.serialize(ciphertext));
    }
  }

  private byte[] total(List<Integer> microbatches, int partitions, Random random) {
    List<SumTree> parts = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      SumTree part = new SumTree();
      for (int i = p * microbatches.size() / partitions;
          i < (p + 1) * microbatches.size() / partitions;
          i++) {
        part.merge(SumTree.of(microbatches.get(i), microbatch(microbatches.get(i))), simulator);
      }
      parts.add(part);
    }
    Collections.shuffle(parts, random);
    SumTree sum = new SumTree();
    parts.forEach(part -> sum.merge(part, simulator));
    return sum.total(simulator).get(0);
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
      double[] addend = simulator.decrypt(simulator.deserialize(microbatch(microbatch).get(0)));
      for (int i = 0; i < 8; i++) {
        expected[i] += addend[i];
      }
    }
    assertArrayEquals(expected, simulator.decrypt(simulator.deserialize(bytes)), 1e-8);
  }

  @Test
  void merge_keepsFewNodesOfContiguousUnits() {
    SumTree sum = new SumTree();
    for (int i = 0; i < 37; i++) {
      sum.merge(SumTree.of(i, microbatch(i)), simulator);
    }
    assertEquals(Integer.bitCount(37), sum.nodes().size());
  }

  @Test
  void merge_ofAUnitTwice_throws() {
    SumTree sum = SumTree.of(4, microbatch(4));
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> sum.merge(SumTree.of(4, microbatch(4)), simulator))
            .getMessage();
    assertTrue(message.contains("node 4"), message);
  }

  @Test
  void total_ofNothing_throws() {
    assertThrows(IllegalStateException.class, () -> new SumTree().total(simulator));
  }
}
