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
 * @param featureBytes of all training features and labels on disk; of several owners at most
 * @param stateBytes of the state that is broadcast each step
 * @param checkpointBytes of a checkpoint: weights, look-ahead point and the best weights so far
 * @param minibatchesPerEpoch of several owners at most
 * @param secondsPerIteration on one worker
 * @param secondsPerValidation of one epoch, on one worker; of several owners at most
 * @param minutesPerEpoch on one worker, validation included; of several owners at most
 */
public record TrainingEstimate(
    long keyBytes,
    long featureBytes,
    long stateBytes,
    long checkpointBytes,
    int minibatchesPerEpoch,
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
    return of(plan, parameters, costs, 1);
  }

  /**
   * The estimate for a plan whose rows are of several owners, who each cut rows of their own into
   * minibatches and microbatches. The plan knows only the sums of their rows. What depends on their
   * division is estimated by as many minibatches and microbatches as any division gives, all full.
   * Cost: with more than one owner one microbatch on the simulator, a second at N = 2^16.
   *
   * @param parameters those of the plan
   * @param owners 1 to the validation rows; more than 1 only with a joint plan
   * @throws IllegalArgumentException unless the plan is for these parameters and this number of
   *     owners
   */
  public static TrainingEstimate of(
      TrainingPlan plan, Parameters parameters, CostModel costs, int owners) {
    plan.requireParameters(parameters);
    if (owners > 1 && !plan.isJoint()) {
      throw new IllegalArgumentException(
          "estimate for " + owners + " owners: expected a plan for several, actual for one");
    }
    Layout layout = plan.layout();
    Levels levels = plan.levels();
    int minibatches = plan.schedule().mostBatches(owners);
    double step = seconds(plan.iteration(), costs) + bootstrapSeconds(plan, costs);
    double validation = validationSeconds(plan, parameters, costs, owners);
    return new TrainingEstimate(
        keyBytes(plan.keys(), parameters),
        owners == 1
            ? rowBytes(plan, parameters, Partition.microbatches(plan.schedule(), layout))
            : minibatches
                * rowBytes(plan, parameters, Partition.microbatches(plan.schedule(), 0, layout)),
        layout.compactCiphertexts() * parameters.storedCiphertextBytes(levels.forward()),
        layout.compactCiphertexts()
            * (2 * parameters.storedCiphertextBytes(levels.state())
                + parameters.storedCiphertextBytes(levels.validationWeights())),
        minibatches,
        step,
        validation,
        (minibatches * step + validation) / SECONDS_PER_MINUTE);
  }

  private static long rowBytes(
      TrainingPlan plan, Parameters parameters, List<Partition.MicrobatchRows> microbatches) {
    Layout layout = plan.layout();
    Levels levels = plan.levels();
    long bytes = 0;
    for (Partition.MicrobatchRows microbatch : microbatches) {
      int blocks = 0;
      for (RowRange group : microbatch.groups()) {
        blocks += plan.rowBlocks(group.rows()) * layout.columnBlocks();
      }
      int labels = microbatch.groups().size();
      bytes +=
          blocks * freshBytes(plan, parameters, levels.features())
              + labels * freshBytes(plan, parameters, levels.labels());
    }
    return bytes;
  }

  private static long keyBytes(KeyPlan keys, Parameters parameters) {
    long bootstraps = keys.needsFullBootstrap() ? parameters.bootstrapKeyBytes().orElse(0) : 0;
    for (int slots : keys.sparseBootstraps()) {
      bootstraps += parameters.bootstrapKeyBytes(slots).orElse(0);
    }
    return bootstraps
        + keys.rotations().values().stream().mapToLong(parameters::storedKeyBytes).sum()
        + parameters.storedKeyBytes(keys.relinearizationLevel())
        + parameters.storedKeyBytes(keys.conjugationLevel());
  }

  private static double bootstrapSeconds(TrainingPlan plan, CostModel costs) {
    double seconds =
        plan.refreshesAsOne()
            ? plan.layout().bootstrapShare() * costs.bootstrapSeconds()
            : plan.layout().compactCiphertexts() * costs.bootstrapPairSeconds();
    for (Partition.MicrobatchRows microbatch :
        Partition.microbatches(plan.schedule(), 0, plan.layout())) {
      seconds += softmaxSeconds(plan, plan.softmax(), microbatch.groups(), costs);
    }
    return seconds;
  }

  /** A public key makes both halves of a ciphertext; with the secret key one is a seed. */
  private static long freshBytes(TrainingPlan plan, Parameters parameters, int level) {
    return plan.isJoint()
        ? parameters.storedCiphertextBytes(level)
        : parameters.storedFreshCiphertextBytes(level);
  }

  private static double validationSeconds(
      TrainingPlan plan, Parameters parameters, CostModel costs, int owners) {
    int rows = plan.validationRows();
    int groups = plan.schedule().groupsPerMicrobatch();
    if (owners > 1) {
      List<List<RowRange>> microbatches =
          Partition.mostValidationMicrobatches(rows, owners, groups, plan.layout());
      DryRun run =
          DryRun.ofLoss(parameters, plan.layout(), microbatches, plan.levels(), plan.loss());
      return seconds(run.validation(), costs) + lossBootstrapSeconds(plan, costs, microbatches);
    }
    double seconds = seconds(plan.validation(), costs);
    return plan.loss() == null
        ? seconds
        : seconds
            + lossBootstrapSeconds(
                plan, costs, Partition.validationMicrobatches(rows, groups, plan.layout()));
  }

  private static double lossBootstrapSeconds(
      TrainingPlan plan, CostModel costs, List<List<RowRange>> microbatches) {
    return microbatches.stream()
        .mapToDouble(groups -> softmaxSeconds(plan, plan.loss().softmax(), groups, costs))
        .sum();
  }

  private static double softmaxSeconds(
      TrainingPlan plan, SoftmaxPlan softmax, List<RowRange> groups, CostModel costs) {
    boolean isPair = groups.size() == 2 && plan.layout().sharesBootstraps();
    double one = plan.layout().bootstrapShare() * costs.bootstrapSeconds();
    return softmax.bootstraps() * (isPair ? costs.bootstrapPairSeconds() : groups.size() * one);
  }

  private static double seconds(OperationCounts counts, CostModel costs) {
    return counts.keySwitches() * costs.keySwitchSeconds()
        + counts.products() * costs.productSeconds();
  }
}
