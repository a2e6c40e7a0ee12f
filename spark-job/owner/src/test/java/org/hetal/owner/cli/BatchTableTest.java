package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hetal.command.Units;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
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
import org.junit.jupiter.api.Test;

class BatchTableTest {
  private static final int CLASSES = 3;
  private static final int COLUMNS = 6;
  private static final int EPOCHS = 3;
  private static final double RATE = 0.5;
  private static final List<Integer> GROUPS = List.of(1, 2, 4, 8);
  private static final List<Integer> EXECUTORS = List.of(1, 3);

  private final Settings settings =
      SettingsLoader.load(List.of(), Map.of("data.classes", "" + CLASSES));
  private final PreparedData data = ScheduleSearchTest.overlapping(COLUMNS, CLASSES);
  private final Parameters parameters = SimulatedParameters.named("insecure_simulator_n8_l12");
  private final CostModel costs = new CostModel("test", 0.03, 0.01, 4, 6);
  private final ClusterEstimate.Network network = ClusterTable.network(10);

  private TrainingPlan plan(Schedule schedule) {
    return TrainingPlanner.plan(
        parameters, schedule, data.shape(), CLASSES, PlanSettings.preprocessing(settings.data()));
  }

  private Schedule schedule(int batchRows, double rate, int epochs) {
    return new Schedule(data.train().length, batchRows, rate, epochs, 3, 128, 1);
  }

  private EpochMetrics best(Schedule schedule) {
    PlainTrainer.Result result =
        new PlainTrainer(schedule, CLASSES)
            .train(
                data.train(),
                data.trainLabels(),
                data.validation(),
                new EarlyStopping(data.validationLabels(), CLASSES, 3, 128));
    return result.epochs().get(result.bestEpoch() - 1);
  }

  /** A row of so many groups, found by training with every rate for as many steps. */
  private String row(int groups, int batchRows) {
    Schedule schedule =
        Arrays.stream(new double[] {0.5, 1, 2, 4, 8})
            .mapToObj(factor -> schedule(batchRows, factor * RATE, groups * EPOCHS))
            .min(Comparator.comparingDouble(each -> best(each).loss()))
            .orElseThrow();
    EpochMetrics best = best(schedule);
    int iterations = best.epoch() * schedule.batches();
    StringBuilder row =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%d %d %s %.4f %.2f %% %d",
                groups,
                batchRows,
                schedule.learningRate(),
                best.loss(),
                100 * best.accuracy(),
                iterations));
    StepPieces pieces = StepPieces.of(plan(schedule), parameters);
    for (int executors : EXECUTORS) {
      double seconds = ClusterEstimate.fastest(pieces, costs, executors, network).seconds();
      row.append(' ').append(Units.duration(iterations * seconds));
    }
    return row.toString();
  }

  @Test
  void row_isTheBestRateOfItsMinibatches_forAsManySteps() {
    TrainingPlan usual = plan(schedule(32, RATE, EPOCHS));
    int rowsPerGroup = usual.layout().rowsPerGroup();
    assertEquals(32, rowsPerGroup);
    List<String> lines =
        new BatchTable(data, usual, parameters, costs, network).lines(GROUPS, EXECUTORS);
    List<String> rows =
        lines.subList(2, lines.size()).stream()
            .map(line -> line.strip().replaceAll(" +", " "))
            .toList();
    assertEquals(GROUPS.stream().map(groups -> row(groups, groups * rowsPerGroup)).toList(), rows);
    int batches = (data.train().length + 8 * rowsPerGroup - 1) / (8 * rowsPerGroup);
    int iterations = Integer.parseInt(rows.get(3).split(" ")[6]);
    assertTrue(iterations > EPOCHS * batches, "as many epochs would be too few: " + rows);
  }
}
