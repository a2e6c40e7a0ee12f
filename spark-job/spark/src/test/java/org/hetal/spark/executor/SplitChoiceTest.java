package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hetal.plan.MicrobatchSplit;
import org.junit.jupiter.api.Test;

class SplitChoiceTest {
  private static List<Integer> choices(
      SplitChoice choice, int executors, int microbatches, double whole, double split, int steps) {
    List<Integer> out = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      int tasks = choice.tasks(executors, microbatches);
      out.add(tasks);
      choice.measured(executors, microbatches, tasks, tasks > 1 ? split : whole);
    }
    return out;
  }

  @Test
  void fewerThanTwoExecutorsPerMicrobatch_leaveItWhole() {
    assertEquals(List.of(1, 1, 1), choices(new SplitChoice(0), 1, 1, 2, 1, 3));
    assertEquals(List.of(1, 1, 1), choices(new SplitChoice(0), 3, 2, 2, 1, 3));
  }

  @Test
  void leftOverExecutors_areUsedWhereThatIsFaster() {
    assertEquals(List.of(1, 1, 4, 4, 4, 4), choices(new SplitChoice(0), 8, 2, 2, 1.9, 6));
    assertEquals(List.of(1, 1, 4, 4, 1, 1), choices(new SplitChoice(0), 8, 2, 2, 2.1, 6));
  }

  /** {@code hetal plan} prices no other. */
  @Test
  void triedSplits_areOneTaskAndWhatAnEstimatePrices() {
    for (int executors : new int[] {2, 7, 16, 64, 100}) {
      List<Integer> tried = choices(new SplitChoice(0), executors, 1, 2, 1, 6);
      assertEquals(
          Set.of(1, MicrobatchSplit.tasks(executors, 1)), Set.copyOf(tried), executors + ": ");
    }
  }

  @Test
  void anotherNumberOfExecutors_isTriedAnew() {
    SplitChoice choice = new SplitChoice(0);
    assertEquals(List.of(1, 1, 2, 2, 1), choices(choice, 2, 1, 2, 3, 5));
    assertEquals(List.of(1, 1, 3, 3, 3), choices(choice, 3, 1, 2, 1, 5));
    assertEquals(List.of(1), choices(choice, 2, 1, 2, 1, 1));
  }

  @Test
  void fixedNumber_isUsedAlways() {
    assertEquals(List.of(3, 3, 3), choices(new SplitChoice(3), 1, 5, 1, 9, 3));
  }
}
