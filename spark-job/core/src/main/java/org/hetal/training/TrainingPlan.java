package org.hetal.training;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.Operation;
import org.hetal.linalg.Products;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;

/**
 * Everything that key generation, encryption and training must agree on, found before any key is
 * made: the level of each thing, the keys that training uses, what an iteration costs.
 *
 * @param layout of features, logits and weights
 * @param levels placed by search: fewest bootstraps first, then lowest levels
 * @param rotations exactly the keys that training, validation and prediction use
 * @param bootstrapsPerIteration of a full minibatch, over all its microbatches and the refresh of
 *     the state
 * @param iteration operations of one full minibatch
 * @param validation operations of one epoch's validation logits
 * @param memory that ciphertexts and plaintexts take while an engine trains
 */
public record TrainingPlan(
    Parameters parameters,
    Layout layout,
    Schedule schedule,
    int validationRows,
    Levels levels,
    KeyPlan rotations,
    int bootstrapsPerIteration,
    Map<Operation, Long> iteration,
    Map<Operation, Long> validation,
    MemoryEstimate memory)
    implements Serializable {
  private static final double SECONDS_PER_MINUTE = 60;

  public TrainingPlan {
    iteration = Map.copyOf(iteration);
    validation = Map.copyOf(validation);
  }

  /**
   * Plans by counted levels and by running one iteration of each shape of microbatch on the
   * simulator with the same ring and levels.
   *
   * @param layout {@link LayoutSearch#cheapest} of the slots, the minibatch and the model
   * @param validationRows at least 1
   * @throws IllegalArgumentException when the parameters leave too few levels, with the numbers
   */
  public static TrainingPlan of(
      Parameters parameters, Layout layout, Schedule schedule, int validationRows) {
    if (layout.slots() != parameters.slotCount() || validationRows < 1) {
      throw new IllegalArgumentException(
          "plan: expected a layout of "
              + parameters.slotCount()
              + " slots and at least 1 validation row, actual "
              + layout.slots()
              + " and "
              + validationRows);
    }
    Levels levels = Placement.of(parameters, layout.classes(), schedule.squarings());
    DryRun dryRun = new DryRun(parameters, layout, schedule, validationRows, levels);
    Map<Operation, Long> iteration = dryRun.iteration(0);
    return new TrainingPlan(
        parameters,
        layout,
        schedule,
        validationRows,
        levels,
        dryRun.rotations(),
        Math.toIntExact(iteration.get(Operation.BOOTSTRAP)),
        iteration,
        dryRun.validation(),
        dryRun.memory());
  }

  /**
   * Rows to which a group to be predicted is filled up with zeros, so that it needs no keys but the
   * planned ones: whole microbatch row blocks, a power of two of them.
   *
   * @param rows 1 to {@code layout.rowsPerGroup()}
   */
  public int predictionRows(int rows) {
    int blocks = layout.rowBlocks(rows);
    int planned = Integer.highestOneBit(blocks);
    return (planned < blocks ? 2 * planned : planned) * layout.rowsPerBlock();
  }

  /** Of {@link #rotations} those that a prediction uses. */
  public KeyPlan predictionKeys() {
    return DryRun.validationKeys(parameters, layout, schedule, validationRows, levels);
  }

  /** Throws unless a part works with the parameters that were planned for. */
  void requireParameters(Parameters actual) {
    if (!actual.hash().equals(parameters.hash())) {
      throw new IllegalArgumentException(
          "parameters: expected "
              + parameters.name()
              + " ("
              + parameters.hash()
              + "), actual "
              + actual.name()
              + " ("
              + actual.hash()
              + ")");
    }
  }

  /** What a training will take on a machine with the given costs. */
  public Estimate estimate(CostModel costs) {
    int degree = parameters.ringDegree();
    long keys =
        costs.bootstrapKeyBytes()
            + rotations.rotations().values().stream()
                .mapToLong(level -> costs.keyBytes(degree, level))
                .sum()
            + costs.keyBytes(degree, rotations.relinearizationLevel())
            + costs.keyBytes(degree, rotations.conjugationLevel());
    long features = 0;
    long largestMicrobatch = 0;
    for (Partition.MicrobatchRows microbatch : Partition.microbatches(schedule, layout)) {
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
    double step = seconds(iteration, costs) + bootstrapSeconds(costs);
    double epoch = schedule.batches() * step + seconds(validation, costs);
    return new Estimate(
        keys,
        features,
        layout.compactCiphertexts() * CostModel.bytes(degree, levels.forward()),
        largestMicrobatch + expanded,
        step,
        epoch / SECONDS_PER_MINUTE);
  }

  private double bootstrapSeconds(CostModel costs) {
    int refreshes = layout.compactCiphertexts();
    double seconds = refreshes * costs.bootstrapPairSeconds();
    List<Partition.MicrobatchRows> microbatches = Partition.microbatches(schedule, 0, layout);
    int each = (bootstrapsPerIteration - refreshes) / microbatches.size();
    for (Partition.MicrobatchRows microbatch : microbatches) {
      seconds +=
          each
              * (microbatch.groups().size() == 2
                  ? costs.bootstrapPairSeconds()
                  : costs.bootstrapSeconds());
    }
    return seconds;
  }

  private static double seconds(Map<Operation, Long> counts, CostModel costs) {
    long keySwitches =
        count(counts, Operation.ROTATE)
            + count(counts, Operation.RELINEARIZE)
            + count(counts, Operation.CONJUGATE);
    long products =
        count(counts, Operation.MULTIPLY)
            + count(counts, Operation.MULTIPLY_PLAIN)
            + count(counts, Operation.MULTIPLY_CONSTANT);
    return keySwitches * costs.keySwitchSeconds() + products * costs.productSeconds();
  }

  private static long count(Map<Operation, Long> counts, Operation operation) {
    return counts.getOrDefault(operation, 0L);
  }

  /**
   * Estimates, to be shown before anything is made.
   *
   * @param keyBytes of the evaluation keys on disk, bootstrapping's included
   * @param featureBytes of all training features and labels on disk
   * @param stateBytes of the state that is broadcast each step
   * @param microbatchMemoryBytes of one microbatch's rows, their rotated copies and the expanded
   *     weights in memory: an upper bound of what one task holds beside the keys
   * @param secondsPerIteration on one worker
   * @param minutesPerEpoch on one worker, validation included
   */
  public record Estimate(
      long keyBytes,
      long featureBytes,
      long stateBytes,
      long microbatchMemoryBytes,
      double secondsPerIteration,
      double minutesPerEpoch)
      implements Serializable {}
}
