package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hetal.config.DemoProfile;
import org.hetal.config.Settings;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.CostProbe;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.CostModel;
import org.junit.jupiter.api.Test;

class DemoDurationTest {
  /** From figures of a machine on which the demo took 217 s: keys 22 s, 12 epochs of 14 s. */
  @Test
  void duration_isThatOfTheMachineThatWasMeasured() {
    Settings settings =
        new DemoProfile(Path.of("../.."), 1, false, false).load(List.of(), Map.of());
    Parameters parameters = NativeParameters.named(settings.parameterSet());
    CostModel costs = new CostModel("a test", 0.015, 0.002, 2.28, 3.21);
    TrainingPlan plan =
        PlanSettings.plan(settings, parameters, PreparedData.read(settings.data()).shape());
    String said = DemoCommand.duration("demo", plan, parameters, new CostProbe(costs, 7e-9), 1);
    assertTrue(said.matches("(?s)This takes about [3-4] minutes on this machine, .*"), said);
    assertTrue(
        said.matches("(?s).*: keys 2[0-9]\\.[0-9] s, 12 epochs of 1[3-6]\\.[0-9] s\\..*"), said);
    assertTrue(said.contains("./hetal demo --fast"), said);
  }
}
