package org.hetal.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hetal.dataset.DatasetException;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.Test;

class PlanSettingsTest {
  private static final String SET = "insecure_simulator_n10_l12";
  private static final DataShape SHAPE = new DataShape(100, 20, 6);

  private static Settings settings(String... more) {
    Map<String, String> all =
        new HashMap<>(
            Map.of("backend", "simulator", "parameters", SET, "training.batch-rows", "50"));
    for (String setting : more) {
      all.put(setting.split("=")[0], setting.split("=")[1]);
    }
    return SettingsLoader.load(List.of(), all);
  }

  private static TrainingPlan plan(Settings settings) {
    return PlanSettings.plan(settings, SimulatedParameters.named(SET), SHAPE);
  }

  @Test
  void planOfTheSameSettings_isAccepted() {
    Settings settings = settings("training.rows-per-block=64");
    TrainingPlan plan = plan(settings);
    PlanSettings.requireTraining("plan", plan, settings);
    PlanSettings.require("plan", plan, settings, SHAPE);
    assertEquals(64, plan.layout().rowsPerBlock());
  }

  @Test
  void otherSettingsAndRows_areNamedWithBothValues() {
    TrainingPlan plan = plan(settings());
    Settings other = settings("training.epochs=3", "data.scaling=none", "training.logit-range=32");
    assertEquals(
        "plan: training.epochs: planned with 10, now 3; training.logit-range: planned with 128,"
            + " now 32; use what was planned, or plan again in another paths.plan",
        assertThrows(
                DatasetException.class, () -> PlanSettings.requireTraining("plan", plan, other))
            .getMessage());
    assertEquals(
        "plan: data.scaling: planned with max-row-norm, now none; validation rows: planned with"
            + " 20, now 21; use what was planned, or plan again in another paths.plan",
        assertThrows(
                DatasetException.class,
                () ->
                    PlanSettings.require(
                        "plan", plan, settings("data.scaling=none"), new DataShape(100, 21, 6)))
            .getMessage());
  }

  @Test
  void impossibleTraining_isRefused() {
    assertEquals(
        "plan: layout: expected rows per block * padded classes of at most 512 slots, actual 512 * 2",
        assertThrows(SettingsException.class, () -> plan(settings("training.rows-per-block=512")))
            .getMessage());
  }
}
