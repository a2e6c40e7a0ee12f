package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.hetal.he.Ciphertext;
import org.hetal.he.Plaintext;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

class SimulatorConformanceTest extends EvaluatorConformance {
  @Override
  EvaluatorFixture open() {
    return new SimulatorFixture();
  }

  /** It has every key. */
  @Override
  void checkMessagesOfMissingKeys(Ciphertext levelFive) {
    evaluator.rotate(levelFive, 9).close();
  }

  /** Simulated ciphertexts hold no engine's memory: only other parameters make them foreign. */
  @Override
  void checkForeign(Ciphertext own, Ciphertext foreign, Plaintext foreignPlain) {
    try (Simulator smaller = new Simulator(SimulatedParameters.withRingDegree(8))) {
      Ciphertext small = smaller.encrypt(new double[] {1}, 3);
      assertThrows(IllegalArgumentException.class, () -> evaluator.add(own, small));
      assertThrows(
          IllegalArgumentException.class,
          () -> evaluator.multiply(own, smaller.encode(new double[] {1}, 3)));
    }
  }
}
