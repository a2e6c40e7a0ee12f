package org.hetal.planner;

import java.io.Serializable;
import java.util.List;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.OperationCounts;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.TrainingPlan;
import org.hetal.softmax.SoftmaxPlan;

/**
 * What a training will take on a machine, to be shown before anything is made.
 *
 * @param keyBytes of the evaluation keys on disk, bootstrapping's included where the parameter set
 *     knows them
 * @param featureBytes of all training features and labels on disk
 * @param stateBytes of the state that is broadcast each step
 * @param checkpointBytes of a checkpoint: weights, look-ahead point and the best weights so far
 * @param secondsPerIteration on one worker
 * @param secondsPerValidation of one epoch, on one worker
 * @param minutesPerEpoch on one worker, validation included
 */
public record TrainingEstimate(
    long keyBytes,
    long featureBytes,
    long stateBytes,
    long checkpointBytes,
    double secondsPerIteration,
    double secondsPerValidation,
    double minutesPerEpoch)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final double SECONDS_PER_MINUTE = 60;

  /**
   * The estimate for a plan on a machine with the given costs.
   *
   * @param parameters those of the plan
   * @throws IllegalArgumentException unless the plan is for these parameters
   */
  public static TrainingEstimate of(TrainingPlan plan, Parameters parameters, CostModel costs) {
    plan.requireParameters(parameters);
    Layout layout = plan.layout();
    Levels levels = plan.levels();
    long features = 0;
    for (Partition.MicrobatchRows microbatch : Partition.microbatches(plan.schedule(), layout)) {
      int blocks = 0;
      for (RowRange group : microbatch.groups()) {
        blocks += plan.rowBlocks(group.rows()) * layout.columnBlocks();
      }
      int labels = microbatch.groups().size();
      features +=
          blocks * freshBytes(plan, parameters, levels.features())
              + labels * freshBytes(plan, parameters, levels.labels());
    }
    double step = seconds(plan.iteration(), costs) + bootstrapSeconds(plan, costs);
    double validation = seconds(plan.validation(), costs) + lossBootstrapSeconds(plan, costs);
    double epoch = plan.schedule().batches() * step + validation;
    return new TrainingEstimate(
        keyBytes(plan.keys(), parameters),
        features,
        layout.compactCiphertexts() * parameters.storedCiphertextBytes(levels.forward()),
        layout.compactCiphertexts()
            * (2 * parameters.storedCiphertextBytes(levels.state())
                + parameters.storedCiphertextBytes(levels.validationWeights())),
        step,
        validation,
        epoch / SECONDS_PER_MINUTE);
  }

  private static long keyBytes(KeyPlan keys, Parameters parameters) {
    return parameters.bootstrapKeyBytes().orElse(0)
        + keys.rotations().values().stream().mapToLong(parameters::storedKeyBytes).sum()
        + parameters.storedKeyBytes(keys.relinearizationLevel())
        + parameters.storedKeyBytes(keys.conjugationLevel());
  }

  private static double bootstrapSeconds(TrainingPlan plan, CostModel costs) {
    double seconds =
        plan.refreshesAsOne()
            ? costs.bootstrapSeconds()
            : plan.layout().compactCiphertexts() * costs.bootstrapPairSeconds();
    for (Partition.MicrobatchRows microbatch :
        Partition.microbatches(plan.schedule(), 0, plan.layout())) {
      seconds += softmaxSeconds(plan.softmax(), microbatch.groups(), costs);
    }
    return seconds;
  }

  /** A public key makes both halves of a ciphertext; with the secret key one is a seed. */
  private static long freshBytes(TrainingPlan plan, Parameters parameters, int level) {
    return plan.isJoint()
        ? parameters.storedCiphertextBytes(level)
        : parameters.storedFreshCiphertextBytes(level);
  }

  private static double lossBootstrapSeconds(TrainingPlan plan, CostModel costs) {
    if (plan.loss() == null) {
      return 0;
    }
    return Partition.validationMicrobatches(
            plan.validationRows(), plan.schedule().groupsPerMicrobatch(), plan.layout())
        .stream()
        .mapToDouble(groups -> softmaxSeconds(plan.loss().softmax(), groups, costs))
        .sum();
  }

  private static double softmaxSeconds(
      SoftmaxPlan softmax, List<RowRange> groups, CostModel costs) {
    return softmax.bootstraps()
        * (groups.size() == 2 ? costs.bootstrapPairSeconds() : costs.bootstrapSeconds());
  }

  private static double seconds(OperationCounts counts, CostModel costs) {
    return counts.keySwitches() * costs.keySwitchSeconds()
        + counts.products() * costs.productSeconds();
  }
}
