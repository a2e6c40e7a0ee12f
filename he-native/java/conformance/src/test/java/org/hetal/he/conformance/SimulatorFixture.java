package org.hetal.he.conformance;

import java.util.Arrays;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/** The simulator with as many slots and levels as the engine's small set. */
final class SimulatorFixture implements EvaluatorFixture {
  private final Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(1 << 10));

  @Override
  public Evaluator evaluator() {
    return simulator;
  }

  @Override
  public Ciphertext encrypt(double[] values, int level) {
    return simulator.encrypt(values, level);
  }

  @Override
  public double[] decryptComplex(Ciphertext a) {
    double[] real = simulator.decrypt(a);
    double[] out = Arrays.copyOf(real, 2 * real.length);
    System.arraycopy(simulator.decryptImaginary(a), 0, out, real.length, real.length);
    return out;
  }

  @Override
  public double tolerance() {
    return 1e-12;
  }

  @Override
  public double bootstrapTolerance() {
    return 1e-12;
  }

  @Override
  public void close() {
    simulator.close();
  }
}
