package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Map;
import org.hetal.he.HeLevelException;
import org.hetal.he.KeyPlan;
import org.hetal.he.Operation;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.Levels;
import org.hetal.plan.OperationCounts;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.CostModel;
import org.hetal.planner.TrainingEstimate;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingPlanTest {
  private static final int DEFAULT_RING = 1 << 16;

  private static TrainingPlan plan(
      Parameters parameters, Schedule schedule, int classes, int features) {
    Layout layout =
        LayoutSearch.cheapest(parameters.slotCount(), schedule.batch(0).rows(), features, classes);
    return TrainingPlanner.plan(parameters, layout, schedule, 100, Preprocessing.none());
  }

  private static SimulatedTraining training(
      SimulatedParameters parameters, int groupsPerMicrobatch) {
    Schedule schedule = new Schedule(150, 100, 2, 1, 1, 128, groupsPerMicrobatch);
    return new SimulatedTraining(
        parameters,
        Noise.NONE,
        schedule,
        7,
        Samples.around(150, 20, 7, 0.5, 1),
        Samples.around(40, 20, 7, 0.5, 2));
  }

  private static SimulatedParameters usable(int levels) {
    return new SimulatedParameters(1 << 11, 3, levels, 2);
  }

  /** The default ring with a full ciphertext of logits at most: rows, features, classes. */
  @ParameterizedTest
  @CsvSource({
    "599, 62, 10, 32",
    "1198, 62, 10, 128",
    "1024, 385, 7, 128",
    "1024, 785, 10, 128",
    "2048, 769, 16, 128",
    "1000, 10, 2, 128"
  })
  void iteration_takesThreeBootstraps(int rows, int features, int classes, int logitRange) {
    Schedule schedule = new Schedule(rows, rows, 1, 1, 1, logitRange, 1);
    SimulatedParameters parameters = SimulatedParameters.withRingDegree(DEFAULT_RING);
    TrainingPlan plan = plan(parameters, schedule, classes, features);
    assertEquals(3, plan.bootstrapsPerIteration());
    assertEquals(3, plan.iteration().bootstrap());
  }

  @Test
  void levels_ofTheDefaultBudget_areCountedBackFromTheBootstraps() {
    TrainingPlan plan = plan(usable(12), new Schedule(100, 100, 1, 1, 1, 128, 1), 10, 20);
    Levels levels = plan.levels();
    assertEquals(15, levels.state());
    assertEquals(11, levels.forward());
    assertEquals(9, levels.features());
    assertEquals(7, levels.logits());
    assertEquals(8, levels.residual());
    assertEquals(8, levels.labels());
    assertEquals(4, levels.gradient());
    assertEquals(3, levels.refresh());
    assertEquals(4, levels.validationWeights());
    assertEquals(2, levels.validationFeatures());
    assertEquals(0, levels.validationLogits());
  }

  /** Fewer levels cost more bootstraps, more levels fewer; trained weights stay right. */
  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9, 10, 12, 14, 18, 24, 30})
  void anyBudgetOfLevels_trains(int usable) {
    try (SimulatedTraining training = training(usable(usable), 1)) {
      double[][] weights = training.weights(training.run().best());
      double[][] plain = training.plain().best();
      for (int c = 0; c < plain.length; c++) {
        for (int f = 0; f < plain[c].length; f++) {
          assertEquals(plain[c][f], weights[c][f], 1e-4);
        }
      }
      int steps = training.plan.schedule().steps();
      assertEquals(
          (long) steps * training.plan.bootstrapsPerIteration(),
          training.recorder.count(Operation.BOOTSTRAP));
    }
  }

  /** Among them are the shapes of the published data sets. */
  @ParameterizedTest
  @CsvSource({
    "14, 1024, 769, 7, 32",
    "14, 1024, 769, 10, 32",
    "14, 2048, 769, 10, 32",
    "14, 512, 769, 3, 32",
    "14, 1024, 769, 16, 32",
    "14, 1024, 769, 4, 64",
    "14, 1024, 769, 2, 128",
    "12, 512, 769, 3, 32",
    "12, 1024, 769, 2, 32"
  })
  void iteration_takesTwoBootstraps(
      int usable, int rows, int features, int classes, int logitRange) {
    Schedule schedule = new Schedule(rows, rows, 1, 1, 1, logitRange, 1);
    SimulatedParameters parameters = SimulatedParameters.named("insecure_simulator_n16_l" + usable);
    TrainingPlan plan = plan(parameters, schedule, classes, features);
    assertEquals(2, plan.bootstrapsPerIteration());
    assertTrue(plan.refreshesAsOne());
  }

  @Test
  void bootstraps_fallAsLevelsGrow() {
    Schedule schedule = new Schedule(100, 100, 1, 1, 1, 128, 1);
    int before = Integer.MAX_VALUE;
    for (int usable = 7; usable <= 36; usable++) {
      int now = plan(usable(usable), schedule, 7, 20).bootstrapsPerIteration();
      assertTrue(now <= before, usable + " levels: " + now + " after " + before);
      before = now;
    }
    assertEquals(1, before);
  }

  @Test
  void tooFewLevels_areRefused() {
    Schedule schedule = new Schedule(100, 100, 1, 1, 1, 128, 1);
    String message =
        assertThrows(HeLevelException.class, () -> plan(usable(4), schedule, 7, 20)).getMessage();
    assertTrue(message.contains("expected a level of at least 8 after a bootstrap"), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void plannedKeys_areThoseThatTrainingUses(int groupsPerMicrobatch) {
    try (SimulatedTraining training = training(usable(12), groupsPerMicrobatch)) {
      training.run();
      KeyPlan planned = training.plan.keys();
      KeyPlan used = training.recorder.usedKeys();
      used.rotations()
          .forEach(
              (steps, level) -> {
                int at = planned.rotations().getOrDefault(steps, -1);
                assertTrue(at >= level, "rotation " + steps + " at " + level + ": key at " + at);
              });
      assertEquals(used.relinearizationLevel(), planned.relinearizationLevel());
      assertEquals(used.conjugationLevel(), planned.conjugationLevel());
      assertEquals(used.needsFullBootstrap(), planned.needsFullBootstrap());
      assertEquals(used.sparseBootstraps(), planned.sparseBootstraps());
      long unused =
          planned.rotations().keySet().stream()
              .filter(steps -> !used.rotations().containsKey(steps))
              .count();
      assertTrue(unused <= 8, "only prediction may want more rotations, here " + unused);
    }
  }

  @Test
  void plannedKeys_sufficeForAnyPredictionFilledUpAsPlanned() {
    try (SimulatedTraining training = training(usable(12), 1)) {
      Layout layout = training.plan.layout();
      try (ValidationLogits logits =
          new ValidationLogits(training.recorder, training.plan.layout(), training.plan.levels())) {
        int level = training.plan.levels().validationWeights();
        var zero =
            java.util.Collections.nCopies(
                layout.compactCiphertexts(), training.simulator.zero(level));
        try (var weights = logits.expand(zero)) {
          for (int rows = 1; rows <= layout.rowsPerGroup(); rows++) {
            int filled = training.plan.predictionRows(rows);
            assertTrue(filled >= rows && filled <= layout.rowsPerGroup());
            double[][] zeros = new double[filled][layout.features()];
            int at = training.plan.levels().validationFeatures();
            try (var features = training.blocks(zeros, at)) {
              logits.compute(weights, features).close();
            }
          }
        }
      }
      Map<Integer, Integer> planned = training.plan.keys().rotations();
      training
          .recorder
          .usedKeys()
          .rotations()
          .forEach((steps, level) -> assertTrue(planned.getOrDefault(steps, -1) >= level));
    }
  }

  @Test
  void countedOperations_areThoseOfTheTraining() {
    try (SimulatedTraining training = training(usable(12), 1)) {
      training.run();
      training.recorder.resetCounts();
      training.run();
      OperationCounts planned = training.plan.iteration();
      long microbatches = training.recorder.count(Operation.RELINEARIZE);
      long first = planned.relinearize();
      long validation = training.plan.validation().relinearize();
      assertTrue(
          microbatches > first + validation, "a second, shorter minibatch follows the first");
      assertTrue(
          microbatches <= 2 * first + validation, microbatches + " of " + first + " a minibatch");
    }
  }

  @Test
  void estimate_addsUpBootstrapsAndKeySwitches() {
    Schedule schedule = new Schedule(200, 100, 1, 1, 1, 128, 1);
    Parameters parameters = usable(12);
    TrainingPlan plan = plan(parameters, schedule, 7, 20);
    CostModel onlyBootstraps = new CostModel("made up", 1e-12, 1e-12, 7, 10);
    TrainingEstimate estimate = TrainingEstimate.of(plan, parameters, onlyBootstraps);
    assertTrue(plan.refreshesAsOne());
    assertEquals(3 * 7, estimate.secondsPerIteration(), 1e-6);
    assertEquals(2 * 3 * 7 / 60.0, estimate.minutesPerEpoch(), 1e-6);
    CostModel withSwitches = new CostModel("made up", 1, 1e-12, 7, 10);
    long switches = plan.iteration().keySwitches();
    assertEquals(
        21 + switches,
        TrainingEstimate.of(plan, parameters, withSwitches).secondsPerIteration(),
        1e-6);
    assertTrue(estimate.keyBytes() > 1000);
    assertTrue(estimate.featureBytes() > 0);
  }

  @Test
  void plan_survivesSerialisation() throws IOException, ClassNotFoundException {
    TrainingPlan plan = plan(usable(12), new Schedule(100, 100, 1, 1, 1, 128, 1), 7, 20);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(plan);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      TrainingPlan read = (TrainingPlan) in.readObject();
      assertEquals(plan.canonical(), read.canonical());
    }
  }

  @Test
  void evaluatorOfOtherParameters_isRefused() {
    TrainingPlan plan = plan(usable(12), new Schedule(100, 100, 1, 1, 1, 128, 1), 7, 20);
    String message =
        assertThrows(IllegalArgumentException.class, () -> plan.requireParameters(usable(13)))
            .getMessage();
    assertTrue(message.startsWith("parameters: expected insecure_simulator_n11_l12"), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64, 128})
  void bootstraps_ofOneCiphertextOfLogits_areAtMostFour(int logitRange) {
    SimulatedParameters parameters = SimulatedParameters.withRingDegree(1 << 12);
    Schedule schedule = new Schedule(16, 16, 1, 1, 1, logitRange, 1);
    for (int classes = 2; classes <= 64; classes++) {
      Layout layout = LayoutSearch.cheapest(parameters.slotCount(), 16, 4, classes);
      TrainingPlan plan =
          TrainingPlanner.plan(parameters, layout, schedule, 4, Preprocessing.none());
      assertEquals(1, layout.compactCiphertexts());
      int most = classes <= 16 || logitRange == 32 || logitRange == 64 && classes <= 33 ? 3 : 4;
      int actual = plan.bootstrapsPerIteration();
      assertTrue(
          actual <= most, classes + " classes: expected at most " + most + ", actual " + actual);
    }
  }
}
