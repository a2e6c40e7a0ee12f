package org.hetal.linalg;

import java.util.Arrays;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;

/** A simulator, a layout and a way to encrypt by it. */
final class Fixture {
  final Simulator simulator;

  /** The simulator, with what is done on it recorded. */
  final RecordingEvaluator recorder;

  final Layout layout;

  Fixture(Layout layout) {
    this.layout = layout;
    this.simulator = new Simulator(SimulatedParameters.withRingDegree(2 * layout.slots()));
    this.recorder = new RecordingEvaluator(simulator);
  }

  List<Ciphertext> encrypt(double[][] slots, int level) {
    return Arrays.stream(slots).map(values -> simulator.encrypt(values, level)).toList();
  }

  FeatureBlocks features(double[][] rows, int level) {
    return new FeatureBlocks(
        encrypt(Packing.packFeatures(layout, rows), level), layout.rowBlocks(rows.length));
  }

  List<Ciphertext> weights(double[][] weights, int level) {
    return encrypt(Packing.packWeights(layout, weights), level);
  }

  Ciphertext logits(double[][] values, int level) {
    return simulator.encrypt(Packing.packLogits(layout, values), level);
  }

  double[][] decrypt(List<Ciphertext> ciphertexts) {
    return ciphertexts.stream().map(simulator::decrypt).toArray(double[][]::new);
  }
}
