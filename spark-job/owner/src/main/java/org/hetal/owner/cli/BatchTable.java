package org.hetal.owner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.command.Units;
import org.hetal.he.Parameters;
import org.hetal.owner.data.PreparedData;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.ClusterEstimate;
import org.hetal.planner.CostModel;
import org.hetal.planner.StepPieces;
import org.hetal.planner.TrainingPlanner;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EpochMetrics;
import org.hetal.training.PlainTrainer;

/**
 * Larger minibatches, for {@code hetal plan --batches}: trains in the clear with minibatches of so
 * many groups of rows and several learning rates, takes for each size the rate with the least
 * validation loss, and tells the time on ciphertexts for numbers of executors. Larger minibatches
 * than those of the settings get more epochs ({@link ScheduleSearch#epochs}).
 */
final class BatchTable {
  /** Of the learning rate of the settings. */
  private static final double[] RATES = {0.5, 1, 2, 4, 8};

  private final PreparedData data;
  private final TrainingPlan plan;
  private final Parameters parameters;
  private final CostModel costs;
  private final ClusterEstimate.Network network;

  /** A training in the clear. */
  private record Trained(Schedule schedule, PlainTrainer.Result result) {
    EpochMetrics best() {
      return result.epochs().get(result.bestEpoch() - 1);
    }

    int iterations() {
      return result.bestEpoch() * schedule.batches();
    }
  }

  /**
   * @param plan of the settings
   * @param costs of one executor
   */
  BatchTable(
      PreparedData data,
      TrainingPlan plan,
      Parameters parameters,
      CostModel costs,
      ClusterEstimate.Network network) {
    this.data = data;
    this.plan = plan;
    this.parameters = parameters;
    this.costs = costs;
    this.network = network;
  }

  /**
   * Lines for people. Cost: five trainings in the clear for each number of groups.
   *
   * @param groups of a minibatch, each at least 1; a group is the most rows whose logits one
   *     ciphertext holds. Of numbers that are more than all rows only the first is kept
   * @param executors each at least 1
   */
  List<String> lines(List<Integer> groups, List<Integer> executors) {
    List<String> out = new ArrayList<>();
    StringBuilder head =
        new StringBuilder("  groups  batch-rows  learning-rate  loss    accuracy  iterations");
    executors.forEach(count -> head.append(String.format(Locale.ROOT, "  %14s", "on " + count)));
    out.add(
        "minibatches             to the least validation loss in the clear, and the time on"
            + " ciphertexts by executors");
    out.add(head.toString());
    int rows = data.train().length;
    int before = 0;
    for (int count : groups) {
      int batchRows = (int) Math.min(rows, (long) count * plan.layout().mostRowsPerGroup());
      if (batchRows != before) {
        out.add(line(count, batchRows, executors));
      }
      before = batchRows;
    }
    return out;
  }

  private String line(int groups, int batchRows, List<Integer> executors) {
    Trained best = best(batchRows);
    if (best == null) {
      return String.format(
          Locale.ROOT,
          "  %6d  %10d  no learning rate keeps the logits in range",
          groups,
          batchRows);
    }
    StringBuilder out =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "  %6d  %10d  %13s  %.4f  %6.2f %%  %10d",
                groups,
                batchRows,
                best.schedule().learningRate(),
                best.best().loss(),
                100 * best.best().accuracy(),
                best.iterations()));
    TrainingPlan larger =
        TrainingPlanner.plan(
            parameters,
            best.schedule(),
            data.shape(),
            plan.layout().classes(),
            plan.preprocessing(),
            plan.metric());
    StepPieces pieces = StepPieces.of(larger, parameters);
    for (int count : executors) {
      double seconds = ClusterEstimate.fastest(pieces, costs, count, network).seconds();
      out.append(String.format(Locale.ROOT, "  %14s", Units.duration(best.iterations() * seconds)));
    }
    return out.toString();
  }

  /** Null when training diverges at every rate. */
  private Trained best(int batchRows) {
    Schedule planned = plan.schedule();
    Trained best = null;
    for (double rate : RATES) {
      Schedule schedule =
          new Schedule(
              planned.rows(),
              batchRows,
              rate * planned.learningRate(),
              ScheduleSearch.epochs(planned, batchRows),
              planned.patience(),
              planned.logitRange(),
              planned.groupsPerMicrobatch());
      EarlyStopping stopping =
          EarlyStopping.inTheClear(
              data.validationLabels(), plan.layout().classes(), plan.metric(), schedule);
      PlainTrainer.Result result =
          new PlainTrainer(schedule, plan.layout().classes())
              .train(data.train(), data.trainLabels(), data.validation(), stopping);
      boolean inRange =
          result.largestTrainingLogit() <= EarlyStopping.SAFE_SHARE * schedule.logitRange();
      Trained trained = new Trained(schedule, result);
      if (result.bestEpoch() > 0
          && inRange
          && (best == null || trained.best().loss() < best.best().loss())) {
        best = trained;
      }
    }
    return best;
  }
}
