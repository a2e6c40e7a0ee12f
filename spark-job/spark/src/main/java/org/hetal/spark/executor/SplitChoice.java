package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hetal.plan.MicrobatchSplit;

/**
 * How many tasks compute a microbatch. With fewer than two executors per microbatch it is one. With
 * more, one task and {@link MicrobatchSplit#tasks} are tried in turn, two steps of each, and the
 * faster one is taken. The first step of a turn reads rows and keys and does not count, the second
 * one is measured. The least time of three turns decides, so that a single step that a retried task
 * or a collection of garbage made slow does not. Shorter minibatches are not measured. The trained
 * bytes do not depend on the choice. Used by the driver's thread.
 *
 * <p>Numbers in between are not tried: more tasks divide the products further and repeat only the
 * rotations of the residuals. {@code hetal plan} prices the same two ways. Microbatches are not
 * divided between fewer than two executors each, such as 2 microbatches between 3 executors. With
 * two tasks of each, the four tasks would take two rounds on three executors, as long as the whole
 * microbatches take. With three of each, the products would take two thirds of the time at best,
 * and the softmax's bootstraps would stay on one executor per microbatch.
 */
final class SplitChoice {
  private static final int STEPS_OF_A_TURN = 2;

  /** Turns of either way. */
  private static final int TURNS = 3;

  private final int fixed;
  private final Map<Case, Trial> trials = new HashMap<>();

  private record Case(int microbatches, int tasks) {}

  /** The seconds of measured steps of either way. */
  private static final class Trial {
    private final List<Double> whole = new ArrayList<>();
    private final List<Double> split = new ArrayList<>();
    private int rows;
    private int steps; // of this turn

    boolean isSplit() {
      if (split.size() < TURNS) {
        return split.size() < whole.size();
      }
      return Collections.min(split) < Collections.min(whole);
    }

    void add(int rowsOfStep, double seconds) {
      if (split.size() == TURNS || rowsOfStep < rows) {
        return;
      }
      if (rowsOfStep > rows) {
        rows = rowsOfStep;
        whole.clear();
        split.clear();
        steps = 0;
      }
      steps++;
      if (steps == STEPS_OF_A_TURN) {
        (isSplit() ? split : whole).add(seconds);
        steps = 0;
      }
    }
  }

  /**
   * @param fixed tasks of each microbatch, 1 to 64; 0: by measurement
   */
  SplitChoice(int fixed) {
    this.fixed = fixed;
  }

  /**
   * Tasks per microbatch of the next step.
   *
   * @param executors at least 1
   * @param microbatches of the minibatch
   */
  int tasks(int executors, int microbatches) {
    if (fixed > 0) {
      return fixed;
    }
    int possible = MicrobatchSplit.tasks(executors, microbatches);
    return possible > 1 && trial(microbatches, possible).isSplit() ? possible : 1;
  }

  /**
   * Tells the time of the step for which {@link #tasks} was asked last.
   *
   * @param executors as for {@link #tasks}
   * @param microbatches as for {@link #tasks}
   * @param rows of the minibatch
   */
  void measured(int executors, int microbatches, int rows, double seconds) {
    int possible = MicrobatchSplit.tasks(executors, microbatches);
    if (fixed == 0 && possible > 1) {
      trial(microbatches, possible).add(rows, seconds);
    }
  }

  private Trial trial(int microbatches, int tasks) {
    return trials.computeIfAbsent(new Case(microbatches, tasks), unused -> new Trial());
  }
}
