package org.hetal.softmax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HetalSoftmaxTest {
  private static final SimulatedParameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 13);

  private final Simulator simulator = new Simulator(PARAMETERS);
  private final RecordingEvaluator recorder = new RecordingEvaluator(simulator);

  @ParameterizedTest
  @CsvSource({
    "2, 6, 4, 6.5e-4",
    "3, 6, 6, 1.2e-3",
    "7, 6, 10, 2.3e-3",
    "10, 6, 12, 3.1e-3",
    "16, 6, 12, 3.6e-3",
    "7, 4, 9, 3.7e-3",
    "7, 7, 10, 3.1e-3"
  })
  void apply_agreesWithTheExactAndWithTheDefaultMethod(
      int classes, int squarings, int expectedBootstraps, double measured) {
    Layout layout = new Layout(PARAMETERS.slotCount(), 2, classes, 8);
    double[][] rows =
        PlainSoftmax.cases(layout.rowsPerGroup() / 4, classes, 2 << squarings, classes);
    double[] slots = PlainSoftmax.scaled(Packing.packLogits(layout, rows), Math.pow(2, -squarings));
    Ciphertext logits = simulator.encrypt(slots, 15);
    double[] out = simulator.decrypt(new HetalSoftmax(recorder, layout, squarings).apply(logits));
    long bootstraps = recorder.count(Operation.BOOTSTRAP);
    double[] other =
        simulator.decrypt(
            new Softmax(recorder, layout, squarings).apply(List.of(logits), 0).get(0));
    double[][] probabilities = Packing.unpackLogits(layout, out, rows.length);
    double worst = 0;
    for (int i = 0; i < rows.length; i++) {
      double[] exact = PlainSoftmax.exact(rows[i]);
      for (int k = 0; k < classes; k++) {
        worst = Math.max(worst, Math.abs(exact[k] - probabilities[i][k]));
        assertEquals(other[layout.logitSlot(i, k)], probabilities[i][k], 0.01);
      }
    }
    assertEquals(expectedBootstraps, bootstraps);
    assertTrue(worst >= measured / 1.5 && worst <= 1.5 * measured, "largest error " + worst);
    for (int slot = classes * layout.classStride(); slot < out.length; slot++) {
      assertTrue(out[slot] == 0, "slot " + slot + " is " + out[slot]);
    }
  }

  @Test
  void squarings_outOfRange_throw() {
    Layout layout = new Layout(PARAMETERS.slotCount(), 2, 7, 8);
    assertThrows(IllegalArgumentException.class, () -> new HetalSoftmax(recorder, layout, 0));
    assertThrows(IllegalArgumentException.class, () -> new HetalSoftmax(recorder, layout, 11));
  }
}
