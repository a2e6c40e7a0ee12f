package org.hetal.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

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
            + " now 32; use what was planned, or plan again with hetal plan",
        assertThrows(
                DatasetException.class, () -> PlanSettings.requireTraining("plan", plan, other))
            .getMessage());
    assertEquals(
        "plan: data.scaling: planned with max-row-norm, now none; validation rows: planned with"
            + " 20, now 21; use what was planned, or plan again with hetal plan",
        assertThrows(
                DatasetException.class,
                () ->
                    PlanSettings.require(
                        "plan", plan, settings("data.scaling=none"), new DataShape(100, 21, 6)))
            .getMessage());
  }

  @Test
  void automaticSet_isThatOfThePlan() {
    Settings automatic = settings("parameters=auto");
    TrainingPlan plan = plan(settings());
    PlanSettings.requireTraining("plan", plan, automatic);
    assertEquals(
        SET, PlanSettings.withParameterSet("plan", SET, automatic).parameterSet(), "the plan's");
    Settings named = settings("parameters=insecure_simulator_n9_l12");
    assertEquals(named, PlanSettings.withParameterSet("plan", SET, named));
    assertEquals(
        "plan: expected the parameter set of the settings, insecure_simulator_n9_l12, actual "
            + SET,
        refusal(() -> PlanSettings.requireParameterSet("plan", SET, named)));
  }

  @Test
  void automaticSet_isNeverAnInsecureOneOfTheEngine() {
    Settings engine = SettingsLoader.load(List.of(), Map.of("parameters", "auto"));
    String toy = "insecure_n12_l12";
    assertEquals(
        "plan: expected a secure parameter set of the backend native with parameters = auto, actual "
            + toy
            + "; to use it set parameters="
            + toy,
        refusal(() -> PlanSettings.withParameterSet("plan", toy, engine)));
    assertTrue(
        refusal(() -> PlanSettings.requireTraining("plan", plan(settings()), engine))
            .contains("parameters: planned with " + SET + ", now auto"));
  }

  private static String refusal(Executable call) {
    return assertThrows(DatasetException.class, call).getMessage();
  }

  @Test
  void impossibleTraining_isRefused() {
    assertEquals(
        "plan: layout: expected rows per block * padded classes of at most 512 slots, actual 512 * 2",
        assertThrows(SettingsException.class, () -> plan(settings("training.rows-per-block=512")))
            .getMessage());
  }

  @Test
  void logitRangeBeyondTheSoftmaxOfTwoClasses_isRefused() {
    assertEquals(
        "plan: logit range for 2 classes: expected one of [32, 64, 128], actual 256",
        assertThrows(SettingsException.class, () -> plan(settings("training.logit-range=256")))
            .getMessage());
  }
}
