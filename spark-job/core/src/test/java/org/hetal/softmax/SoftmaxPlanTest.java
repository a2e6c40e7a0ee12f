package org.hetal.softmax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.hetal.he.HeLevelException;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SoftmaxPlanTest {
  /** The budget of the default set: bootstraps from level 3 to 15. */
  private static final Parameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 16);

  @ParameterizedTest
  @CsvSource({
    "7, 6, 23",
    "10, 6, 23",
    "7, 4, 17",
    "7, 5, 20",
    "7, 7, 26",
    "16, 6, 24",
    "14, 6, 24",
    "2, 6, 19",
    "3, 6, 20",
    "4, 6, 21",
    "17, 6, 28",
    "64, 6, 33"
  })
  void totalLevels_areAsDocumented(int classes, int squarings, int levels) {
    assertEquals(levels, SoftmaxPlan.totalLevels(classes, squarings));
  }

  @ParameterizedTest
  @CsvSource({
    // logits from the top: E N A A | A A A | F; from 8 above the bottom: E N A | A A A A | F
    "7, 6, 15, 7, 2",
    "7, 6, 14, 7, 2",
    "7, 6, 11, 7, 2",
    "7, 6, 8, 7, 2",
    "7, 6, 7, 7, 2",
    "7, 6, 6, 7, 3",
    "7, 6, 3, 7, 3",
    "7, 6, 15, 0, 1",
    "7, 6, 11, 11, 2",
    "7, 6, 11, 12, 3",
    "7, 6, 3, 0, 2",
    "7, 4, 15, 7, 1",
    "7, 4, 11, 7, 2",
    "7, 4, 3, 7, 2",
    "10, 6, 11, 7, 2",
    "16, 6, 11, 7, 2",
    "2, 6, 11, 7, 2",
    "64, 6, 11, 7, 3",
    "17, 6, 11, 7, 3",
    // as an iteration of training has it
    "64, 4, 11, 8, 2",
    "35, 5, 11, 8, 2",
    "36, 5, 11, 8, 3",
    "64, 5, 11, 8, 3",
    "16, 6, 11, 8, 2",
    "17, 6, 11, 8, 3",
    "64, 6, 11, 8, 3",
    "13, 7, 11, 8, 2",
    "14, 7, 11, 8, 3",
    "62, 7, 11, 8, 3",
    "63, 7, 11, 8, 4",
    // with the update after the bootstrap of the weights
    "3, 4, 10, 7, 1",
    "4, 4, 10, 7, 2"
  })
  void bootstraps_areAsFewAsDocumented(
      int classes, int squarings, int inputLevel, int outputLevel, int bootstraps) {
    SoftmaxPlan plan = SoftmaxPlan.of(PARAMETERS, classes, squarings, inputLevel, outputLevel);
    assertEquals(bootstraps, plan.bootstraps(), plan.toString());
  }

  /** Training with n16_l14: logits four or five levels below the result of a bootstrap. */
  @ParameterizedTest
  @CsvSource({
    "16, 4, 13, 8, 1",
    "17, 4, 13, 8, 2",
    "11, 4, 12, 7, 1",
    "4, 5, 13, 8, 1",
    "5, 5, 13, 8, 2",
    "2, 6, 12, 7, 1",
    "3, 6, 12, 7, 2",
    "49, 6, 13, 8, 2",
    "50, 6, 13, 8, 3"
  })
  void bootstraps_of14Levels_areAsFewAsDocumented(
      int classes, int squarings, int inputLevel, int outputLevel, int bootstraps) {
    Parameters parameters = new SimulatedParameters(1 << 16, 3, 14, 2);
    SoftmaxPlan plan = SoftmaxPlan.of(parameters, classes, squarings, inputLevel, outputLevel);
    assertEquals(bootstraps, plan.bootstraps(), plan.toString());
  }

  @Test
  void withFactorOne_takesOneLevelMoreAndCanBootstrapTheLogits() {
    SoftmaxPlan free = SoftmaxPlan.of(PARAMETERS, 7, 6, 11, 7);
    assertEquals(0.194, free.logitFactor(), 1e-3);
    assertEquals(3, free.steps().get(0).startLevel() - free.steps().get(0).endLevel());
    SoftmaxPlan one = SoftmaxPlan.withFactorOne(PARAMETERS, 7, 6, 11, 7);
    assertEquals(1, one.logitFactor());
    assertEquals(4, one.steps().get(0).startLevel() - one.steps().get(0).endLevel());
    SoftmaxPlan fromTheBottom = SoftmaxPlan.of(PARAMETERS, 7, 6, 3, 7);
    assertTrue(fromTheBottom.steps().get(0).refreshed());
    assertEquals(1, fromTheBottom.logitFactor());
  }

  @Test
  void place_findsTheFewestOfAllPlacementsAndTheLatest() {
    for (int classes : new int[] {2, 7, 16, 64}) {
      List<Chain> choices = Chain.choices(classes, 6);
      for (int inputLevel = 3; inputLevel <= 15; inputLevel++) {
        for (int outputLevel = 0; outputLevel <= 15; outputLevel++) {
          SoftmaxPlan.Placed placed =
              SoftmaxPlan.place(PARAMETERS, choices, inputLevel, outputLevel);
          int chosen = 0;
          for (int i = 0; i < placed.plan().steps().size(); i++) {
            chosen |= placed.plan().steps().get(i).refreshed() ? 1 << i : 0;
          }
          List<Stage> stages = placed.chain().stages();
          assertEquals(
              bestPlacement(stages, inputLevel, outputLevel), chosen, placed.plan().toString());
          Chain expected = choices.get(0);
          int fewest = Integer.MAX_VALUE;
          for (Chain chain : choices) {
            int placement = bestPlacement(chain.stages(), inputLevel, outputLevel);
            if (placement >= 0 && Integer.bitCount(placement) < fewest) {
              fewest = Integer.bitCount(placement);
              expected = chain;
            }
          }
          assertEquals(expected, placed.chain());
        }
      }
    }
  }

  /** Bit i: a bootstrap before stage i. Fewest bits, then the highest number: the latest. */
  private static int bestPlacement(List<Stage> stages, int inputLevel, int outputLevel) {
    int best = -1;
    for (int placement = 0; placement < 2 << stages.size(); placement++) {
      if (works(stages, inputLevel, outputLevel, placement)
          && (best < 0
              || Integer.bitCount(placement) < Integer.bitCount(best)
              || Integer.bitCount(placement) == Integer.bitCount(best) && later(placement, best))) {
        best = placement;
      }
    }
    return best;
  }

  /** At the first stage where they differ, the one that does not bootstrap there. */
  private static boolean later(int a, int b) {
    return a != b && (a & Integer.lowestOneBit(a ^ b)) == 0;
  }

  private static boolean works(List<Stage> stages, int inputLevel, int outputLevel, int placement) {
    int level = inputLevel;
    for (int i = 0; i <= stages.size(); i++) {
      if ((placement >> i & 1) == 1) {
        if (level < 3 || i < stages.size() && !stages.get(i).refreshable()) {
          return false;
        }
        level = 15;
      }
      level -= i < stages.size() ? stages.get(i).levels() : 0;
      if (level < 0) {
        return false;
      }
    }
    return level >= outputLevel;
  }

  @Test
  void steps_connectWithoutWastingLevels() {
    for (int inputLevel = 3; inputLevel <= 15; inputLevel++) {
      SoftmaxPlan plan = SoftmaxPlan.of(PARAMETERS, 10, 6, inputLevel, 7);
      int level = inputLevel;
      for (SoftmaxPlan.Step step : plan.steps()) {
        if (step.refreshed()) {
          assertTrue(level == 3 || step.stage().equals("exponential"));
          level = 15;
        } else if (!step.stage().equals("exponential")) {
          assertEquals(level, step.startLevel());
        }
        assertTrue(step.startLevel() <= level);
        level = step.endLevel();
      }
      assertEquals(7, level);
    }
  }

  @Test
  void bounds_areWithinABootstraps() {
    for (int classes = 2; classes <= 64; classes++) {
      for (int squarings = 4; squarings <= Chain.largestSquarings(classes); squarings++) {
        SoftmaxPlan plan = SoftmaxPlan.of(PARAMETERS, classes, squarings, 15, 0);
        for (SoftmaxPlan.Step step : plan.steps()) {
          assertTrue(step.bound() <= 2, classes + " classes, " + step);
        }
      }
    }
  }

  @Test
  void of_whereABootstrapCarriesLess_avoidsItWhereValuesAreLarger() {
    Parameters narrow = new SimulatedParameters(1 << 16, 3, 12, 1.13);
    SoftmaxPlan plan = SoftmaxPlan.of(narrow, 7, 6, 11, 7);
    for (SoftmaxPlan.Step step : plan.steps()) {
      assertTrue(!step.refreshed() || step.bound() <= 1.13, step.toString());
    }
    assertThrows(HeLevelException.class, () -> SoftmaxPlan.of(narrow, 7, 6, 3, 7));
  }

  @Test
  void of_withoutAWay_throws() {
    assertThrows(HeLevelException.class, () -> SoftmaxPlan.of(PARAMETERS, 7, 6, 2, 0));
    assertThrows(HeLevelException.class, () -> SoftmaxPlan.of(PARAMETERS, 7, 6, 16, 0));
    assertThrows(HeLevelException.class, () -> SoftmaxPlan.of(PARAMETERS, 7, 6, 15, 16));
    assertThrows(HeLevelException.class, () -> SoftmaxPlan.of(PARAMETERS, 7, 6, 15, -1));
    assertThrows(IllegalArgumentException.class, () -> SoftmaxPlan.of(PARAMETERS, 1, 6, 15, 0));
    assertThrows(IllegalArgumentException.class, () -> SoftmaxPlan.of(PARAMETERS, 65, 6, 15, 0));
    assertThrows(IllegalArgumentException.class, () -> SoftmaxPlan.of(PARAMETERS, 7, 8, 15, 0));
    assertThrows(IllegalArgumentException.class, () -> SoftmaxPlan.of(PARAMETERS, 7, 3, 15, 0));
  }
}
