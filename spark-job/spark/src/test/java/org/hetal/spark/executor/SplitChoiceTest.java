package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hetal.plan.MicrobatchSplit;
import org.junit.jupiter.api.Test;

class SplitChoiceTest {
  private static final int ROWS = 100;

  /** Steps until the choice is made. */
  private static final int TRIED = 12;

  private static List<Integer> choices(
      SplitChoice choice, int executors, int microbatches, double whole, double split, int steps) {
    List<Integer> out = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      int tasks = choice.tasks(executors, microbatches);
      out.add(tasks);
      choice.measured(executors, microbatches, ROWS, tasks > 1 ? split : whole);
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
    List<Integer> tried = List.of(1, 1, 4, 4, 1, 1, 4, 4, 1, 1, 4, 4);
    assertEquals(tried, choices(new SplitChoice(0), 8, 2, 2, 1.9, TRIED));
    SplitChoice faster = new SplitChoice(0);
    choices(faster, 8, 2, 2, 1.9, TRIED);
    assertEquals(List.of(4, 4, 4), choices(faster, 8, 2, 2, 9, 3));
    SplitChoice slower = new SplitChoice(0);
    choices(slower, 8, 2, 2, 2.1, TRIED);
    assertEquals(List.of(1, 1, 1), choices(slower, 8, 2, 9, 2.1, 3));
  }

  /** A collection of garbage, a retried task or a lost executor makes single steps slow. */
  @Test
  void singleSlowSteps_doNotDecide() {
    for (int slow = 0; slow < TRIED; slow++) {
      SplitChoice choice = new SplitChoice(0);
      for (int step = 0; step < TRIED; step++) {
        double seconds = choice.tasks(8, 2) > 1 ? 1.9 : 2;
        choice.measured(8, 2, ROWS, step == slow ? 10 * seconds : seconds);
      }
      assertEquals(4, choice.tasks(8, 2), "step " + slow);
    }
  }

  /** The last of the four minibatches of an epoch would always meet the same way. */
  @Test
  void shorterMinibatches_areNotMeasured() {
    SplitChoice choice = new SplitChoice(0);
    for (int step = 0; step < 2 * TRIED; step++) {
      boolean isShort = step % 4 == 3;
      double seconds = choice.tasks(8, 2) > 1 ? 2.1 : 2;
      choice.measured(8, 2, isShort ? 10 : ROWS, isShort ? seconds / 2 : seconds);
    }
    assertEquals(1, choice.tasks(8, 2));
  }

  @Test
  void stepsBeforeALongerMinibatch_doNotCount() {
    SplitChoice choice = new SplitChoice(0);
    for (int step = 0; step < 2 * TRIED; step++) {
      double seconds = choice.tasks(8, 2) > 1 ? 1.9 : 2;
      choice.measured(8, 2, step < 3 ? 10 : ROWS, step < 3 ? 0.1 : seconds);
    }
    assertEquals(4, choice.tasks(8, 2));
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
    choices(choice, 2, 1, 2, 3, TRIED);
    assertEquals(List.of(1, 1, 3, 3), choices(choice, 3, 1, 2, 1, 4));
    assertEquals(List.of(1, 1, 1), choices(choice, 2, 1, 2, 1, 3));
  }

  @Test
  void fixedNumber_isUsedAlways() {
    assertEquals(List.of(3, 3, 3), choices(new SplitChoice(3), 1, 5, 1, 9, 3));
  }
}
