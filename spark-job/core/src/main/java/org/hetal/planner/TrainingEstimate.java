package org.hetal.planner;

import java.io.Serializable;
import java.util.List;
import org.hetal.linalg.Products;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.OperationCounts;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.TrainingPlan;

/**
 * What a training will take on a machine, to be shown before anything is made.
 *
 * @param keyBytes of the evaluation keys on disk, bootstrapping's included
 * @param featureBytes of all training features and labels on disk
 * @param stateBytes of the state that is broadcast each step
 * @param microbatchMemoryBytes of one microbatch's rows, their rotated copies and the expanded
 *     weights in memory: an upper bound of what one task holds beside the keys
 * @param secondsPerIteration on one worker
 * @param minutesPerEpoch on one worker, validation included
 */
public record TrainingEstimate(
    long keyBytes,
    long featureBytes,
    long stateBytes,
    long microbatchMemoryBytes,
    double secondsPerIteration,
    double minutesPerEpoch)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final double SECONDS_PER_MINUTE = 60;

  /** The estimate for a plan on a machine with the given costs. */
  public static TrainingEstimate of(TrainingPlan plan, CostModel costs) {
    Layout layout = plan.layout();
    Levels levels = plan.levels();
    int degree = plan.parameters().ringDegree();
    long features = 0;
    long largestMicrobatch = 0;
    for (Partition.MicrobatchRows microbatch : Partition.microbatches(plan.schedule(), layout)) {
      int blocks = 0;
      for (RowRange group : microbatch.groups()) {
        blocks += layout.rowBlocks(group.rows()) * layout.columnBlocks();
      }
      int labels = microbatch.groups().size();
      features +=
          blocks * CostModel.freshBytes(degree, levels.features())
              + labels * CostModel.freshBytes(degree, levels.labels());
      largestMicrobatch =
          Math.max(
              largestMicrobatch,
              blocks * (1L + layout.babySteps()) * CostModel.memoryBytes(degree, levels.features())
                  + labels * CostModel.memoryBytes(degree, levels.labels()));
    }
    long expanded =
        layout.diagonals()
            * CostModel.memoryBytes(degree, levels.forward() - Products.EXPAND_LEVELS);
    double step = seconds(plan.iteration(), costs) + bootstrapSeconds(plan, costs);
    double epoch = plan.schedule().batches() * step + seconds(plan.validation(), costs);
    return new TrainingEstimate(
        keyBytes(plan, costs),
        features,
        layout.compactCiphertexts() * CostModel.bytes(degree, levels.forward()),
        largestMicrobatch + expanded,
        step,
        epoch / SECONDS_PER_MINUTE);
  }

  private static long keyBytes(TrainingPlan plan, CostModel costs) {
    int degree = plan.parameters().ringDegree();
    return costs.bootstrapKeyBytes()
        + plan.keys().rotations().values().stream()
            .mapToLong(level -> costs.keyBytes(degree, level))
            .sum()
        + costs.keyBytes(degree, plan.keys().relinearizationLevel())
        + costs.keyBytes(degree, plan.keys().conjugationLevel());
  }

  private static double bootstrapSeconds(TrainingPlan plan, CostModel costs) {
    double seconds = plan.layout().compactCiphertexts() * costs.bootstrapPairSeconds();
    List<Partition.MicrobatchRows> microbatches =
        Partition.microbatches(plan.schedule(), 0, plan.layout());
    for (Partition.MicrobatchRows microbatch : microbatches) {
      seconds +=
          plan.softmax().bootstraps()
              * (microbatch.groups().size() == 2
                  ? costs.bootstrapPairSeconds()
                  : costs.bootstrapSeconds());
    }
    return seconds;
  }

  private static double seconds(OperationCounts counts, CostModel costs) {
    return counts.keySwitches() * costs.keySwitchSeconds()
        + counts.products() * costs.productSeconds();
  }
}
