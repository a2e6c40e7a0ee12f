package org.hetal.tools.products;

import java.util.SplittableRandom;
import org.hetal.he.Ciphertext;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/** One product on the simulator. */
final class SimulatedRun {
  static final int LEVEL = 6;

  final double[][] result;
  final double[][] expected;
  final Counts counts;

  /** Of the last ciphertext that was decrypted. */
  int outputLevel;

  /** Of the highest ciphertext that was encrypted. */
  int inputLevel;

  SimulatedRun(ProductMethod method, Shape shape, int slots, int mostSteps) {
    Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(2 * slots));
    RecordingEvaluator recorder = new RecordingEvaluator(simulator);
    StepClock clock = new StepClock(method.steps(), mostSteps, Double.POSITIVE_INFINITY);
    Workbench.Cipher cipher =
        new Workbench.Cipher() {
          @Override
          public Ciphertext encrypt(double[] values, int level) {
            inputLevel = Math.max(inputLevel, level);
            return simulator.encrypt(values, level);
          }

          @Override
          public double[] decrypt(Ciphertext a) {
            outputLevel = a.level();
            return simulator.decrypt(a);
          }
        };
    boolean logits = method.side() == Side.LOGITS;
    double[][] left = random(shape.rows(), logits ? shape.features() : shape.classes(), 1);
    double[][] right = random(logits ? shape.classes() : shape.rows(), shape.features(), 2);
    result = method.multiply(new Workbench(recorder, cipher, clock), left, right);
    expected = method.expected(left, right, clock.done());
    counts = Counts.of(recorder.counts());
  }

  private static double[][] random(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextDouble(-1, 1);
      }
    }
    return out;
  }
}
