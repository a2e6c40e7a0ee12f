package org.hetal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class InterleavingTest {
  private static String order(Integer... minibatches) {
    return Interleaving.of(List.of(minibatches)).order().stream()
        .map(place -> place.owner() + "." + place.minibatch())
        .collect(Collectors.joining(" "));
  }

  @Test
  void minibatchesOfEachOwner_areSpreadOverTheEpoch() {
    assertEquals("0.0 0.1 0.2", order(3));
    assertEquals("1.0 2.0 0.0 1.1 2.1", order(1, 2, 2));
    assertEquals("1.0 1.1 0.0 1.2 1.3", order(1, 4));
  }

  @Test
  void ownersAtTheSamePlace_followByTheirNumbers() {
    assertEquals("0.0 1.0 2.0", order(1, 1, 1));
    assertEquals("0.0 1.0 0.1 1.1", order(2, 2));
  }

  @Test
  void ownerWithoutMinibatches_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Interleaving.of(List.of(1, 0)));
  }
}
