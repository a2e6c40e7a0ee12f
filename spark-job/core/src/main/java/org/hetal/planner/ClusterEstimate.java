package org.hetal.planner;

import java.util.Arrays;
import java.util.List;
import org.hetal.plan.MicrobatchSplit;
import org.hetal.plan.OperationCounts;

/**
 * A training step on a cluster, simulated task by task: each executor computes one task at a time,
 * in the order in which Spark starts them, and a stage starts when the one before has ended.
 *
 * @param executors at least 1; the driver is another process
 * @param split tasks that share a microbatch
 * @param seconds of an iteration
 * @param bootstraps seconds of it in the softmax's bootstraps
 * @param products seconds in matrix products, expansion of the weights and the softmax's arithmetic
 * @param update seconds in the update of the weights on one executor, with its bootstraps
 * @param transfer seconds of sending and of starting stages
 * @param microbatches of the minibatch
 */
public record ClusterEstimate(
    int executors,
    int split,
    double seconds,
    double bootstraps,
    double products,
    double update,
    double transfer,
    int microbatches) {
  /**
   * What lies between the executors. Figures of a network are assumptions until measured; a plan
   * prints them.
   *
   * @param bytesPerSecond of each executor's connection
   * @param stageSeconds to start a stage and collect its results
   */
  public record Network(double bytesPerSecond, double stageSeconds) {}

  /**
   * What a training takes that chooses its division by measurement: the faster one of undivided
   * microbatches and microbatches shared by {@link MicrobatchSplit#tasks} tasks. Others are not
   * priced, since a training tries no others unless {@code cluster.split} names one.
   *
   * @param executors at least 1
   */
  public static ClusterEstimate fastest(
      StepPieces pieces, CostModel costs, int executors, Network network) {
    ClusterEstimate whole = whole(pieces, costs, executors, network);
    int tasks = MicrobatchSplit.tasks(executors, pieces.microbatches().size());
    if (tasks < 2) {
      return whole;
    }
    ClusterEstimate split = split(pieces, costs, executors, tasks, network);
    return split.seconds() < whole.seconds() ? split : whole;
  }

  /**
   * Of the time that as many executors would take if they divided all work evenly.
   *
   * @param one the estimate for one executor
   * @return up to 1
   */
  public double efficiency(ClusterEstimate one) {
    return one.seconds() / (executors * seconds);
  }

  /** {@return what takes most of the iteration and does not get less with more executors} */
  public String limit() {
    if (executors < microbatches) {
      return "work: more executors are faster, up to " + microbatches + " and beyond by splitting";
    }
    if (bootstraps >= update && bootstraps >= transfer && bootstraps >= products) {
      return "the softmax's bootstraps, which follow each other on one executor per microbatch:"
          + " more microbatches in a minibatch use more executors";
    }
    if (update >= transfer && update >= products) {
      return "the update of the weights on one executor: larger minibatches have fewer";
    }
    return products >= transfer
        ? "matrix products, of which each executor repeats the expansion of the weights"
        : "the network and the start of stages";
  }

  private static ClusterEstimate whole(
      StepPieces pieces, CostModel costs, int executors, Network network) {
    int count = pieces.microbatches().size();
    double[] arithmetic = new double[count];
    double[] refreshing = new double[count];
    for (int i = 0; i < count; i++) {
      StepPieces.Microbatch each = pieces.microbatches().get(i);
      arithmetic[i] = seconds(each.whole(), costs);
      refreshing[i] = bootstraps(each.whole(), each.isPair(), pieces, costs);
    }
    double expand = seconds(pieces.expand(), costs);
    double[] total = new double[count];
    Arrays.setAll(total, i -> arithmetic[i] + refreshing[i]);
    int last = lastExecutor(total, executors);
    double products = expand + sumOf(arithmetic, total, executors, last);
    double bootstraps = sumOf(refreshing, total, executors, last);
    double transfer =
        2 * network.stageSeconds()
            + (pieces.weightBytes() + levelsOf(count) * pieces.gradientBytes())
                / network.bytesPerSecond();
    return of(pieces, costs, executors, 1, bootstraps, products, transfer, network);
  }

  private static ClusterEstimate split(
      StepPieces pieces, CostModel costs, int executors, int split, Network network) {
    double expand = seconds(pieces.expand(), costs);
    int count = pieces.microbatches().size();
    double[] rows = new double[count * split];
    double[] softmax = new double[count];
    double[] bootstraps = new double[count];
    double[] gradient = new double[count * split];
    double[] joined = new double[count];
    double bytes = pieces.weightBytes() + levelsOf(count) * pieces.gradientBytes();
    for (int i = 0; i < count; i++) {
      StepPieces.Microbatch each = pieces.microbatches().get(i);
      int rowTasks = Math.min(split, each.rowBlocks());
      for (int task = 0; task < rowTasks; task++) {
        int blocks = (task + 1) * each.rowBlocks() / rowTasks - task * each.rowBlocks() / rowTasks;
        rows[i * split + task] = blocks * seconds(each.rowBlock(), costs);
      }
      softmax[i] = seconds(each.softmax(), costs);
      bootstraps[i] = bootstraps(each.softmax(), each.isPair(), pieces, costs);
      int parts = each.parts().size();
      List<MicrobatchSplit.Parts> ranges = MicrobatchSplit.ranges(parts, split);
      for (int task = 0; task < ranges.size(); task++) {
        double sum = seconds(each.shared(), costs);
        for (int part = 0; part < ranges.get(task).count(); part++) {
          sum += seconds(each.parts().get(ranges.get(task).first() + part), costs);
        }
        gradient[i * split + task] = sum;
      }
      joined[i] = seconds(each.joined(), costs);
      // Through the connection of the executor with the softmax: logits in, residuals out, parts
      // in. Its own share stays there.
      bytes +=
          (1 - 1.0 / rowTasks) * each.rowBlocks() * each.rowBlockBytes()
              + (1 - 1.0 / ranges.size()) * parts * each.partBytes()
              + (ranges.size() - 1) * each.residualBytes();
    }
    double products =
        expand
            + makespan(rows, executors)
            + makespan(softmax, executors)
            + makespan(gradient, executors)
            + makespan(joined, executors);
    double transfer = 5 * network.stageSeconds() + bytes / count / network.bytesPerSecond();
    return of(
        pieces,
        costs,
        executors,
        split,
        makespan(bootstraps, executors),
        products,
        transfer,
        network);
  }

  private static ClusterEstimate of(
      StepPieces pieces,
      CostModel costs,
      int executors,
      int split,
      double bootstraps,
      double products,
      double transfer,
      Network network) {
    double update =
        seconds(pieces.update(), costs)
            + bootstraps(pieces.update(), pieces.isStatePair(), pieces, costs);
    // State and gradient to one executor, the new state back.
    double moved =
        transfer
            + network.stageSeconds()
            + (2 * pieces.stateBytes() + pieces.gradientBytes()) / network.bytesPerSecond();
    return new ClusterEstimate(
        executors,
        split,
        bootstraps + products + update + moved,
        bootstraps,
        products,
        update,
        moved,
        pieces.microbatches().size());
  }

  private static double seconds(OperationCounts counts, CostModel costs) {
    return counts.keySwitches() * costs.keySwitchSeconds()
        + counts.products() * costs.productSeconds();
  }

  private static double bootstraps(
      OperationCounts counts, boolean isPair, StepPieces pieces, CostModel costs) {
    return counts.bootstrap()
        * pieces.bootstrapShare()
        * (isPair ? costs.bootstrapPairSeconds() : costs.bootstrapSeconds());
  }

  private static int levelsOf(int addends) {
    return 32 - Integer.numberOfLeadingZeros(addends - 1);
  }

  private static double makespan(double[] tasks, int executors) {
    double[] free = new double[executors];
    for (double task : tasks) {
      free[earliest(free)] += task;
    }
    return Arrays.stream(free).max().orElse(0);
  }

  /** The executor that ends last. */
  private static int lastExecutor(double[] tasks, int executors) {
    double[] free = new double[executors];
    for (double task : tasks) {
      free[earliest(free)] += task;
    }
    int last = 0;
    for (int i = 1; i < executors; i++) {
      last = free[i] > free[last] ? i : last;
    }
    return last;
  }

  /** What the tasks of one executor have of something. */
  private static double sumOf(double[] something, double[] tasks, int executors, int executor) {
    double[] free = new double[executors];
    double sum = 0;
    for (int task = 0; task < tasks.length; task++) {
      int at = earliest(free);
      free[at] += tasks[task];
      sum += at == executor ? something[task] : 0;
    }
    return sum;
  }

  private static int earliest(double[] free) {
    int at = 0;
    for (int i = 1; i < free.length; i++) {
      at = free[i] < free[at] ? i : at;
    }
    return at;
  }
}
