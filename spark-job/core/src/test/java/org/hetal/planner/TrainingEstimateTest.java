package org.hetal.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.Partition;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Estimates for data of several owners: a bound of every division of the rows among them. */
class TrainingEstimateTest {
  private static final SimulatedParameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 11);
  private static final CostModel COSTS = new CostModel("test", 0.03, 0.003, 4, 5);
  private static final CostModel ONLY_BOOTSTRAPS = new CostModel("test", 1e-12, 1e-12, 4, 5);

  private static TrainingPlan plan(int rows, int validationRows, int groupsPerMicrobatch) {
    return TrainingPlanner.joint(
        PARAMETERS,
        LayoutSearch.cheapest(PARAMETERS.slotCount(), 128, 12, 5),
        new Schedule(rows, 128, 2, 3, 9, 32, groupsPerMicrobatch),
        validationRows,
        Preprocessing.none(),
        "ab".repeat(32));
  }

  private static TrainingEstimate estimate(TrainingPlan plan, CostModel costs, int owners) {
    return TrainingEstimate.of(plan, PARAMETERS, costs, owners);
  }

  @ParameterizedTest
  @CsvSource({"300, 40", "128, 3", "1000, 129"})
  void threeOwners_takeAtMostWhatIsEstimated(int rows, int validationRows) {
    for (int groups = 1; groups <= 2; groups++) {
      TrainingPlan all = plan(rows, validationRows, groups);
      TrainingEstimate bound = estimate(all, COSTS, 3);
      for (int first : new int[] {1, rows / 3}) {
        List<TrainingEstimate> owners =
            List.of(
                estimate(plan(first, 1, groups), COSTS, 1),
                estimate(plan(1, 1, groups), COSTS, 1),
                estimate(plan(rows - first - 1, 1, groups), COSTS, 1));
        int minibatches = owners.stream().mapToInt(e -> e.minibatchesPerEpoch()).sum();
        assertTrue(minibatches <= bound.minibatchesPerEpoch(), minibatches + " of " + bound);
        long bytes = owners.stream().mapToLong(e -> e.featureBytes()).sum();
        assertTrue(bytes <= bound.featureBytes(), bytes + " of " + bound);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"40", "200", "700", "3", "129"})
  void bootstrapsOfAValidation_areAtMostWhatIsEstimated(int validationRows) {
    for (int groups = 1; groups <= 2; groups++) {
      double bound =
          estimate(plan(300, validationRows, groups), ONLY_BOOTSTRAPS, 3).secondsPerValidation();
      TrainingPlan plan = plan(300, 1, groups);
      double most = 0;
      for (int first = 1; first < validationRows - 1; first += 7) {
        for (int second = 1; second < validationRows - first; second += 13) {
          double seconds = 0;
          for (int rows : new int[] {first, second, validationRows - first - second}) {
            seconds += validationBootstraps(plan, rows);
          }
          most = Math.max(most, seconds);
        }
      }
      assertTrue(most <= bound + 1e-6 && most >= 0.7 * bound, most + " of " + bound);
    }
  }

  private static double validationBootstraps(TrainingPlan plan, int rows) {
    int groups = plan.schedule().groupsPerMicrobatch();
    return Partition.validationMicrobatches(rows, groups, plan.layout()).stream()
        .mapToDouble(each -> plan.loss().softmax().bootstraps() * (each.size() == 2 ? 5 : 4))
        .sum();
  }

  @Test
  void operationsOfAValidation_areThoseOfFullMicrobatches() {
    TrainingPlan plan = plan(300, 700, 2);
    int full = 2 * plan.layout().rowsPerGroup();
    int microbatches = (700 - 3) / full + 3;
    List<List<RowRange>> most = Partition.mostValidationMicrobatches(700, 3, 2, plan.layout());
    assertEquals(microbatches, most.size());
    TrainingEstimate bound = estimate(plan, COSTS, 3);
    TrainingEstimate whole = estimate(plan(300, microbatches * full, 2), COSTS, 1);
    assertEquals(whole.secondsPerValidation(), bound.secondsPerValidation(), 1e-9);
    assertEquals(
        bound.minibatchesPerEpoch() * bound.secondsPerIteration() + bound.secondsPerValidation(),
        60 * bound.minutesPerEpoch(),
        1e-9);
  }

  @Test
  void minibatchesOfThreeOwners_areTheMostOfAnyDivision() {
    for (int rows = 3; rows <= 40; rows++) {
      int most = 0;
      for (int first = 1; first <= rows - 2; first++) {
        for (int second = 1; second <= rows - 1 - first; second++) {
          int third = rows - first - second;
          most = Math.max(most, (first + 6) / 7 + (second + 6) / 7 + (third + 6) / 7);
        }
      }
      Schedule schedule = new Schedule(rows, 7, 1, 1, 1, 32, 1);
      assertEquals(most, schedule.mostBatches(3), rows + " rows");
      assertEquals(schedule.batches(), schedule.mostBatches(1), rows + " rows");
    }
    Schedule few = new Schedule(2, 7, 1, 1, 1, 32, 1);
    assertThrows(IllegalArgumentException.class, () -> few.mostBatches(3));
  }

  @Test
  void planOfOneOwner_hasNoOthers() {
    TrainingPlan alone =
        TrainingPlanner.plan(
            PARAMETERS,
            LayoutSearch.cheapest(PARAMETERS.slotCount(), 128, 12, 5),
            new Schedule(300, 128, 2, 3, 9, 32, 1),
            40,
            Preprocessing.none());
    assertEquals(3, estimate(alone, COSTS, 1).minibatchesPerEpoch());
    assertThrows(IllegalArgumentException.class, () -> estimate(alone, COSTS, 2));
  }
}
