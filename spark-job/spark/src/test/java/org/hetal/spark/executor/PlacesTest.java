package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.spark.util.CollectionAccumulator;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final String ONE = "executor_one.example_0";
  private static final String OTHER = "executor_other.example_1";

  private final CollectionAccumulator<String> told = new CollectionAccumulator<>();
  private final Places places = new Places(told);

  @Test
  void preferred_beforeTheFirstMinibatch_isAnywhere() {
    assertEquals(List.of("", ""), places.preferred(2, 2));
  }

  @Test
  void preferred_isWhereTheIndexWasComputedLast() {
    told.add("0 " + ONE);
    told.add("1 " + OTHER);
    assertEquals(List.of(ONE, OTHER), places.preferred(2, 2));
    told.add("0 " + OTHER); // a retried task
    told.add("1 " + ONE);
    assertEquals(List.of(OTHER, ONE, ""), places.preferred(3, 2));
  }

  @Test
  void preferred_givesNoExecutorMoreThanItsShare() {
    for (int index = 0; index < 4; index++) {
      told.add(index + " " + ONE);
    }
    assertEquals(List.of(ONE, ONE, "", ""), places.preferred(4, 2));
    assertEquals(List.of(ONE, ONE, ONE, ONE), places.preferred(4, 1));
  }
}
