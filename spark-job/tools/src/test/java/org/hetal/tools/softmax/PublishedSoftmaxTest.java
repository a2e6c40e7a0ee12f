package org.hetal.tools.softmax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.softmax.Softmax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedSoftmaxTest {
  private static final SimulatedParameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 13);

  private final Simulator simulator = new Simulator(PARAMETERS);
  private final RecordingEvaluator recorder = new RecordingEvaluator(simulator);

  /** Bootstraps, and the largest error within a factor of what was measured. */
  @ParameterizedTest
  @CsvSource({
    "3, 8, 2.3e-3",
    "4, 8, 3.3e-3",
    "5, 10, 4.4e-3",
    "7, 10, 6.4e-3",
    "8, 10, 7.5e-3",
    "10, 13, 9.5e-3"
  })
  void apply_hasTheMeasuredErrorAndAgreesWithTheDefaultMethod(
      int classes, int bootstraps, double measured) {
    Layout layout = new Layout(PARAMETERS.slotCount(), 2, classes, 8);
    double[][] rows = SoftmaxRows.random(layout.rowsPerGroup(), classes, 128, classes);
    double[] slots = Packing.packLogits(layout, rows);
    for (int i = 0; i < slots.length; i++) {
      slots[i] /= 64;
    }
    Ciphertext logits = simulator.encrypt(slots, 11);
    double[] out = simulator.decrypt(new PublishedSoftmax(recorder, layout).apply(logits));
    assertEquals(bootstraps, recorder.count(Operation.BOOTSTRAP));
    double[] other =
        simulator.decrypt(new Softmax(recorder, layout, 6).apply(List.of(logits), 0).get(0));
    double[][] probabilities = Packing.unpackLogits(layout, out, rows.length);
    double worst = 0;
    for (int i = 0; i < rows.length; i++) {
      double[] exact = SoftmaxRows.exact(rows[i]);
      for (int k = 0; k < classes; k++) {
        worst = Math.max(worst, Math.abs(exact[k] - probabilities[i][k]));
        assertEquals(other[layout.logitSlot(i, k)], probabilities[i][k], 0.015);
      }
    }
    assertTrue(worst >= measured / 1.6 && worst <= 1.3 * measured, "largest error " + worst);
    for (int slot = classes * layout.classStride(); slot < out.length; slot++) {
      assertEquals(0, out[slot], 1e-12);
    }
  }

  @Test
  void exponential_isWithinTheErrorOfItsDegree() {
    double[] t = new double[PARAMETERS.slotCount()];
    for (int i = 0; i < t.length; i++) {
      t[i] = -1.02 + 1.04 * i / (t.length - 1);
    }
    Ciphertext in = simulator.encrypt(t, 10);
    Ciphertext out = new ChebyshevExponential(simulator, 8).apply(in);
    assertEquals(10 - ChebyshevExponential.LEVELS, out.level());
    double[] y = simulator.decrypt(out);
    double worst = 0;
    for (int i = 0; i < t.length; i++) {
      worst = Math.max(worst, Math.abs(Math.exp(8 * t[i]) - y[i]));
    }
    assertTrue(worst > 1e-12 && worst < 1e-8, "largest error " + worst);
  }

  @Test
  void rows_areCentredAndReachTheBound() {
    double peak = 0;
    for (double[] row : SoftmaxRows.random(4000, 7, 128, 1)) {
      double sum = 0;
      for (double x : row) {
        sum += x;
        peak = Math.max(peak, Math.abs(x));
      }
      assertEquals(0, sum, 1e-10);
    }
    assertEquals(128, peak, 1e-9);
  }
}
