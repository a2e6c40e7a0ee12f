package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hetal.report.RunMetrics;
import org.junit.jupiter.api.Test;

class DemoTrainingTest {
  private static final int STEPS = 24;

  @Test
  void stepsDone_haveAnEstimateFromTheSecondOne() {
    List<RunMetrics.Step> steps = new ArrayList<>();
    steps.add(new RunMetrics.Step(1, 1, 0, 90, 0, 0, 0, 0, Map.of()));
    assertEquals("  cluster | steps 1/24, the next step gives an estimate", text(steps));
    steps.add(new RunMetrics.Step(2, 1, 1, 4, 1, 0, 0, 0, Map.of()));
    assertEquals(
        "  cluster | steps 2/24, at most 1 min 50 s left, without validations", text(steps));
  }

  private static String text(List<RunMetrics.Step> steps) {
    return DemoTraining.stepsDone(new RunMetrics(steps, List.of()), STEPS);
  }
}
