package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.hetal.he.Ciphertext;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.Levels;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of the state beside the same steps in the clear. */
class NesterovUpdateTest {
  private static final int FEATURES = 20;
  private static final int STEPS = 3;

  /**
   * 512 slots: with 64 rows a block there is room for weights and look-ahead point side by side.
   * With 14 levels the update has no level before the bootstrap. 64 rows of 2 classes repeat four
   * times.
   */
  @ParameterizedTest
  @CsvSource({
    "7, 12, 64, 64, true, false",
    "7, 12, 2, 64, false, false",
    "7, 14, 64, 64, true, true",
    "7, 14, 4, 64, false, true",
    "2, 12, 64, 64, true, true",
    "2, 14, 64, 64, true, false"
  })
  void steps_equalThoseInTheClear(
      int classes,
      int usableLevels,
      int rowsPerBlock,
      int rowsPerGroup,
      boolean sideBySide,
      boolean after) {
    SimulatedParameters parameters = new SimulatedParameters(1024, 3, usableLevels, 2);
    Layout layout =
        new Layout(parameters.slotCount(), rowsPerBlock, classes, FEATURES, rowsPerGroup);
    assertEquals(sideBySide, layout.hasRoomForTwo());
    Levels levels =
        TrainingPlanner.plan(
                parameters, layout, new Schedule(8, 8, 1, 1, 1, 32, 1), 8, Preprocessing.none())
            .levels();
    assertEquals(after, levels.momentumAfterRefresh());
    Simulator simulator = new Simulator(parameters, Noise.NONE, 7);
    RecordingEvaluator recorder = new RecordingEvaluator(simulator);
    NesterovUpdate update = new NesterovUpdate(recorder, layout, levels, sideBySide);

    double[][] weights = new double[classes][FEATURES];
    double[][] lookahead = new double[classes][FEATURES];
    double lambda = Momentum.START;
    Random random = new Random(1);
    ModelState state = update.start();
    for (int step = 0; step < STEPS; step++) {
      double[][] gradient = new double[classes][FEATURES];
      double share = Momentum.previousShare(lambda);
      for (int c = 0; c < classes; c++) {
        for (int f = 0; f < FEATURES; f++) {
          gradient[c][f] = random.nextDouble() / 4 - 0.125;
          double next = lookahead[c][f] - gradient[c][f];
          lookahead[c][f] = (1 - share) * next + share * weights[c][f];
          weights[c][f] = next;
        }
      }
      lambda = Momentum.next(lambda);
      List<Ciphertext> encrypted =
          List.of(simulator.encrypt(Packing.packWeights(layout, gradient)[0], levels.gradient()));
      try (ModelState before = state) {
        state = update.step(before, encrypted);
      }
      encrypted.forEach(Ciphertext::close);
      assertClose(weights, layout, simulator.decrypt(state.weights().get(0)));
      assertClose(lookahead, layout, simulator.decrypt(state.lookahead().get(0)));
      assertEquals(levels.state(), state.weights().get(0).level());
    }
    assertEquals(STEPS, recorder.count(Operation.BOOTSTRAP));
    assertEquals(sideBySide ? 2L * STEPS : 0, recorder.count(Operation.ROTATE));
    state.close();
  }

  private static void assertClose(double[][] expected, Layout layout, double[] slots) {
    double[][] actual = Packing.unpackWeights(layout, new double[][] {slots});
    for (int c = 0; c < expected.length; c++) {
      for (int f = 0; f < FEATURES; f++) {
        assertEquals(expected[c][f], actual[c][f], 1e-9, "class " + c + " feature " + f);
      }
    }
  }
}
