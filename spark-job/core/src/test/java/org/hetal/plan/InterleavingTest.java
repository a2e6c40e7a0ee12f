package org.hetal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.plan.Interleaving.Place;
import org.junit.jupiter.api.Test;

class InterleavingTest {
  @Test
  void minibatches_areSpreadOverTheEpoch() {
    assertEquals(
        List.of(
            new Place(0, 0),
            new Place(1, 0),
            new Place(0, 1),
            new Place(0, 2),
            new Place(0, 3),
            new Place(1, 1),
            new Place(0, 4)),
        Interleaving.of(List.of(5, 2)));
  }

  @Test
  void ownersWithAsManyMinibatches_takeTurns() {
    assertEquals(
        List.of(
            new Place(0, 0),
            new Place(1, 0),
            new Place(2, 0),
            new Place(0, 1),
            new Place(1, 1),
            new Place(2, 1)),
        Interleaving.of(List.of(2, 2, 2)));
  }

  @Test
  void eachMinibatch_isThereOnceAndInTheOrderOfItsOwner() {
    List<Integer> counts = List.of(1, 13, 4, 7, 1_000);
    List<Place> order = Interleaving.of(counts);
    assertEquals(1_025, new HashSet<>(order).size());
    for (int owner = 0; owner < counts.size(); owner++) {
      int own = owner;
      assertEquals(
          IntStream.range(0, counts.get(owner)).boxed().toList(),
          order.stream().filter(p -> p.owner() == own).map(Place::minibatch).toList());
    }
  }

  @Test
  void oneOwner_keepsTheOrder() {
    assertEquals(List.of(new Place(0, 0), new Place(0, 1)), Interleaving.of(List.of(2)));
  }
}
