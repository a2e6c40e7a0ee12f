package org.hetal.cluster;

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
  private List<byte[]> unit(int index) {
    double[] slots = new double[8];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = Math.sin(100.0 * index + i) * Math.pow(10, index % 7);
    }
    try (Ciphertext ciphertext = simulator.encrypt(slots, 3)) {
      return List.of(simulator.serialize(ciphertext));
    }
  }

  private byte[] total(List<Integer> units, int partitions, Random random) {
    List<SumTree> parts = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      SumTree part = new SumTree();
      for (int i = p * units.size() / partitions; i < (p + 1) * units.size() / partitions; i++) {
        part.merge(SumTree.of(units.get(i), unit(units.get(i))), simulator);
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
    List<Integer> units = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      units.add(i);
    }
    byte[] expected = total(units, 1, random);
    for (int partitions = 1; partitions <= count; partitions++) {
      assertArrayEquals(expected, total(units, partitions, random), partitions + " partitions");
    }
    Collections.shuffle(units, random);
    assertArrayEquals(expected, total(units, Math.min(3, count), random), "shuffled units");
  }

  @Test
  void total_isTheSum() {
    byte[] bytes = total(List.of(0, 1, 2, 3, 4), 2, new Random(1));
    double[] expected = new double[8];
    for (int unit = 0; unit < 5; unit++) {
      double[] addend = simulator.decrypt(simulator.deserialize(unit(unit).get(0)));
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
      sum.merge(SumTree.of(i, unit(i)), simulator);
    }
    assertEquals(Integer.bitCount(37), sum.nodes().size());
  }

  @Test
  void merge_ofAUnitTwice_throws() {
    SumTree sum = SumTree.of(4, unit(4));
    String message =
        assertThrows(
                IllegalStateException.class, () -> sum.merge(SumTree.of(4, unit(4)), simulator))
            .getMessage();
    assertTrue(message.contains("node 4"), message);
  }

  @Test
  void total_ofNothing_throws() {
    assertThrows(IllegalStateException.class, () -> new SumTree().total(simulator));
  }
}
