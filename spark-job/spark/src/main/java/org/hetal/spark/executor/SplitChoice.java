package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hetal.plan.MicrobatchSplit;

/**
 * How many tasks compute a microbatch. With fewer than two executors per microbatch it is one. With
 * more, one task and {@link MicrobatchSplit#tasks} are tried and the faster one is taken: the first
 * step of each way reads rows and keys and does not count, the second one is measured. Numbers in
 * between are not tried: more tasks divide the products further and repeat only the rotations of
 * the residuals. {@code hetal plan} prices the same two ways. The trained bytes do not depend on
 * the choice. Used by the driver's thread.
 */
final class SplitChoice {
  /** Steps of either way; the last one of them counts. */
  private static final int MEASURED = 2;

  private final int fixed;
  private final Map<Case, Trial> trials = new HashMap<>();

  private record Case(int microbatches, int tasks) {}

  /** The seconds of the first steps of either way. */
  private static final class Trial {
    private final List<Double> whole = new ArrayList<>();
    private final List<Double> split = new ArrayList<>();

    boolean isSplit() {
      if (whole.size() < MEASURED) {
        return false;
      }
      return split.size() < MEASURED || split.get(MEASURED - 1) < whole.get(MEASURED - 1);
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
   * Tells the time of a step.
   *
   * @param executors as for {@link #tasks}
   * @param microbatches as for {@link #tasks}
   * @param tasks what {@link #tasks} said
   */
  void measured(int executors, int microbatches, int tasks, double seconds) {
    int possible = MicrobatchSplit.tasks(executors, microbatches);
    if (fixed > 0 || possible < 2) {
      return;
    }
    Trial trial = trial(microbatches, possible);
    List<Double> steps = tasks > 1 ? trial.split : trial.whole;
    if (steps.size() < MEASURED) {
      steps.add(seconds);
    }
  }

  private Trial trial(int microbatches, int tasks) {
    return trials.computeIfAbsent(new Case(microbatches, tasks), unused -> new Trial());
  }
}
