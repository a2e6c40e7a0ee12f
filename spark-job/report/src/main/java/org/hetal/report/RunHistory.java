package org.hetal.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.Storage;
import org.hetal.plan.TrainingPlan;

/**
 * What a run directory tells without a key: {@code plan.json}, {@code owners.json}, {@code
 * metrics.jsonl}, {@code report.json}. Can be read while the run goes on, which replaces these
 * files as wholes.
 *
 * @param owners whose data the run is on; empty: one, whose rows the plan counts
 * @param summary empty until the run has finished
 */
public record RunHistory(
    TrainingPlan plan,
    List<RunOwners.Owner> owners,
    RunMetrics metrics,
    Optional<RunSummary> summary) {

  /**
   * Reads a run directory.
   *
   * @throws DatasetException when it is none or a file is damaged
   */
  public static RunHistory read(Storage storage) {
    if (!PlanFile.isPresent(storage)) {
      throw new DatasetException(
          storage.describe()
              + ": expected a run directory, with the "
              + PlanFile.NAME
              + " that hetal train writes; actual none");
    }
    TrainingPlan plan = PlanFile.read(storage);
    RunMetrics metrics = RunMetrics.read(storage);
    Optional<RunSummary> summary = RunSummary.read(storage);
    summary.ifPresent(of -> requireSameSet(storage.describe(), plan, of));
    return new RunHistory(plan, RunOwners.read(storage).owners(), metrics, summary);
  }

  private static void requireSameSet(String where, TrainingPlan plan, RunSummary summary) {
    if (!summary.parameter_set().equals(plan.parameters().name())) {
      throw new DatasetException(
          where
              + ": expected the parameter set of "
              + PlanFile.NAME
              + " in report.json, "
              + plan.parameters().name()
              + ", actual "
              + summary.parameter_set()
              + "; the files are of different runs");
    }
  }

  /** Rows in minibatches. */
  public int trainingRows() {
    return sum(plan.schedule().rows(), RunOwners.Owner::rows);
  }

  /** Minibatches per epoch. */
  public int batches() {
    return sum(plan.schedule().batches(), RunOwners.Owner::minibatches);
  }

  /** The steps of all epochs. */
  public int mostSteps() {
    return Math.multiplyExact(plan.schedule().epochs(), batches());
  }

  /** Rows to validate with. */
  public int validationRows() {
    return sum(plan.validationRows(), RunOwners.Owner::validation_rows);
  }

  private int sum(int planned, ToIntFunction<RunOwners.Owner> number) {
    return owners.isEmpty() ? planned : owners.stream().mapToInt(number).sum();
  }

  /** Steps that are done, ascending. */
  public List<RunMetrics.Step> steps() {
    return metrics.steps();
  }

  /** Epochs that the oracle has answered, ascending. */
  public List<RunMetrics.Epoch> epochs() {
    return metrics.epochs();
  }

  /** The last answer of the oracle; empty before the first one. */
  public Optional<RunMetrics.Epoch> lastEpoch() {
    List<RunMetrics.Epoch> epochs = epochs();
    return epochs.isEmpty() ? Optional.empty() : Optional.of(epochs.get(epochs.size() - 1));
  }

  /** The epoch that the oracle called the best last; 0: none. */
  public int bestEpoch() {
    return epochs().stream()
        .filter(RunMetrics.Epoch::best)
        .mapToInt(RunMetrics.Epoch::epoch)
        .max()
        .orElse(0);
  }

  /** Whether training has ended: all epochs are done, or the oracle answered stop. */
  public boolean isFinished() {
    return summary.isPresent()
        || lastEpoch()
            .filter(last -> last.stop() || last.epoch() >= plan.schedule().epochs())
            .isPresent();
  }
}
