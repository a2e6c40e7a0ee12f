package org.hetal.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.Test;

class ClusterEstimateTest {
  private static final SimulatedParameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 11);
  private static final CostModel COSTS = new CostModel("test", 0.03, 0.003, 4.2, 5.9);
  private static final ClusterEstimate.Network NETWORK = new ClusterEstimate.Network(1e9, 0.05);

  /** Ten classes: 64 rows are a group. */
  private static StepPieces pieces(int groups, int groupsPerMicrobatch) {
    Schedule schedule = new Schedule(64 * groups, 64 * groups, 1, 1, 1, 128, groupsPerMicrobatch);
    TrainingPlan plan =
        TrainingPlanner.plan(
            PARAMETERS,
            LayoutSearch.cheapest(PARAMETERS.slotCount(), 64 * groups, 60, 10),
            schedule,
            10,
            Preprocessing.none());
    return StepPieces.of(plan, PARAMETERS);
  }

  private static ClusterEstimate fastest(StepPieces pieces, int executors) {
    return ClusterEstimate.fastest(pieces, COSTS, executors, NETWORK);
  }

  @Test
  void piecesOfAMicrobatch_areAboutTheWhole() {
    StepPieces.Microbatch one = pieces(2, 2).microbatches().get(0);
    assertTrue(one.isPair());
    assertEquals(one.whole().bootstrap(), one.softmax().bootstrap());
    double divided =
        one.rowBlocks() * one.rowBlock().keySwitches()
            + one.softmax().keySwitches()
            + one.shared().keySwitches()
            + one.parts().stream().mapToLong(part -> part.keySwitches()).sum()
            + one.joined().keySwitches();
    double whole = one.whole().keySwitches();
    // The gradient rotates the features once more.
    assertTrue(divided >= whole && divided < 1.6 * whole, divided + " of " + whole);
  }

  @Test
  void manyMicrobatches_areDividedByMicrobatches() {
    StepPieces pieces = pieces(8, 1);
    ClusterEstimate one = fastest(pieces, 1);
    assertEquals(1, one.efficiency(one), 1e-12);
    ClusterEstimate two = fastest(pieces, 2);
    assertEquals(1, two.split());
    assertTrue(two.efficiency(one) > 0.85 && two.efficiency(one) <= 1, "" + two.efficiency(one));
    assertEquals(one.bootstraps() / 2, two.bootstraps(), 1e-9);
    assertTrue(two.limit().startsWith("work"), two.limit());
    ClusterEstimate three = fastest(pieces, 3);
    assertEquals(one.bootstraps() * 3 / 8, three.bootstraps(), 1e-9, "three of eight");
    assertEquals(one.update(), three.update(), 0);
  }

  @Test
  void oneMicrobatch_isSplitAndLimitedByItsBootstraps() {
    StepPieces pieces = pieces(1, 1);
    ClusterEstimate one = fastest(pieces, 1);
    ClusterEstimate four = fastest(pieces, 4);
    assertTrue(four.split() > 1, four.toString());
    assertTrue(four.seconds() < one.seconds());
    assertEquals(one.bootstraps(), four.bootstraps(), 1e-9);
    assertTrue(four.products() < one.products());
    assertTrue(four.limit().contains("bootstraps"), four.limit());
  }

  /** A training of one microbatch on 7 executors tries 1 and 7 tasks, on 100 executors 1 and 64. */
  @Test
  void split_isOneThatATrainingTries() {
    StepPieces pieces = pieces(1, 1);
    for (int executors : new int[] {2, 3, 7, 16, 33, 64, 100}) {
      ClusterEstimate estimate = fastest(pieces, executors);
      assertTrue(
          estimate.split() == 1 || estimate.split() == Math.min(64, executors),
          executors + " executors: " + estimate);
    }
    ClusterEstimate most = fastest(pieces, 64);
    assertEquals(64, most.split(), "tasks without work cost nothing");
    assertEquals(most.seconds(), fastest(pieces, 100).seconds(), 1e-12);
  }

  @Test
  void slowNetwork_forbidsTheSplit() {
    ClusterEstimate slow =
        ClusterEstimate.fastest(pieces(1, 1), COSTS, 4, new ClusterEstimate.Network(1e3, 100));
    assertEquals(1, slow.split());
  }

  @Test
  void costsBetweenMeasurements_areInterpolatedAndOutsideRefused() {
    CostsByThreads costs =
        new CostsByThreads(
            Map.of(1, new CostModel("a", 8, 8, 8, 8), 16, new CostModel("b", 1, 2, 4, 8)));
    assertEquals(8, costs.at(1).keySwitchSeconds(), 0);
    assertEquals(Math.sqrt(8), costs.at(4).keySwitchSeconds(), 1e-12);
    assertEquals(4, costs.at(4).productSeconds(), 1e-12);
    assertEquals(8, costs.at(4).bootstrapPairSeconds(), 1e-12);
    String message = assertThrows(IllegalArgumentException.class, () -> costs.at(32)).getMessage();
    assertTrue(message.contains("expected 1 to 16"), message);
  }

  @Test
  void costsBeyondMeasurements_fallAsThoseOfAnotherSet() {
    CostsByThreads two = new CostsByThreads(Map.of(2, new CostModel("a", 6, 6, 6, 6)));
    CostsByThreads sixteen =
        new CostsByThreads(
            Map.of(2, new CostModel("b", 8, 8, 8, 8), 16, new CostModel("c", 1, 2, 4, 8)));
    CostsByThreads costs = two.continuedLike(sixteen);
    assertEquals(two.at(2), costs.at(2));
    assertEquals(
        new CostModel("a, with more threads faster as b to c", 0.75, 1.5, 3, 6), costs.at(16));
    assertEquals(6 * sixteen.at(8).productSeconds() / 8, costs.at(8).productSeconds(), 1e-12);
    assertTrue(costs.isMeasured(2) && !costs.isMeasured(16));
    String message = assertThrows(IllegalArgumentException.class, () -> costs.at(32)).getMessage();
    assertTrue(message.contains("expected 2 to 16"), message);
    assertThrows(IllegalArgumentException.class, () -> costs.at(1));
    assertThrows(IllegalArgumentException.class, () -> sixteen.continuedLike(two));
  }
}
