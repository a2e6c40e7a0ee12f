package org.hetal.softmax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeLevelException;
import org.hetal.he.Operation;
import org.hetal.he.Plaintext;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoftmaxTest {
  private static final SimulatedParameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 13);
  private static final int TOP = PARAMETERS.bootstrapOutputLevel();
  private static final int BOTTOM = PARAMETERS.bootstrapInputLevel();

  /** As in the error table: 2^-20 relative to the bound 2. */
  private static final Noise NOISY_BOOTSTRAP = new Noise(0x1p-19, 0);

  private static Layout layout(int classes) {
    return new Layout(PARAMETERS.slotCount(), 2, classes, 8);
  }

  /** Probabilities of rows of logits, as many ciphertexts one after the other as they need. */
  private static double[][] softmax(
      Simulator simulator, double[][] rows, int squarings, int inputLevel, int outputLevel) {
    return softmax(simulator, simulator, rows, squarings, inputLevel, outputLevel);
  }

  private static double[][] softmax(
      Simulator simulator,
      Evaluator evaluator,
      double[][] rows,
      int squarings,
      int inputLevel,
      int outputLevel) {
    Layout layout = layout(rows[0].length);
    Softmax softmax = new Softmax(evaluator, layout, squarings);
    List<double[]> out = new ArrayList<>();
    for (int from = 0; from < rows.length; from += layout.rowsPerGroup()) {
      double[][] group =
          Arrays.copyOfRange(rows, from, Math.min(rows.length, from + layout.rowsPerGroup()));
      Ciphertext logits = encrypted(simulator, layout, group, squarings, inputLevel);
      List<Ciphertext> probabilities = softmax.apply(List.of(logits), outputLevel);
      assertEquals(1, probabilities.size());
      assertEquals(outputLevel, probabilities.get(0).level());
      double[] slots = simulator.decrypt(probabilities.get(0));
      out.addAll(Arrays.asList(Packing.unpackLogits(layout, slots, group.length)));
    }
    return out.toArray(double[][]::new);
  }

  private static Ciphertext encrypted(
      Simulator simulator, Layout layout, double[][] rows, int squarings, int level) {
    double[] slots = PlainSoftmax.scaled(Packing.packLogits(layout, rows), Math.pow(2, -squarings));
    return simulator.encrypt(slots, level);
  }

  private static double largestError(double[][] rows, double[][] probabilities) {
    double largest = 0;
    for (int i = 0; i < rows.length; i++) {
      double[] exact = PlainSoftmax.exact(rows[i]);
      for (int k = 0; k < exact.length; k++) {
        // max of a NaN is NaN, which no bound admits
        largest = Math.max(largest, Math.abs(probabilities[i][k] - exact[k]));
      }
    }
    return largest;
  }

  /**
   * 20 000 of each of the four kinds where the range is the default and the number of classes one
   * of a few over the whole table of coefficients; 3000 for the others, since all would take a
   * minute.
   */
  private static int casesOfAKind(int classes, int squarings) {
    return squarings == 6 && List.of(2, 3, 4, 7, 10, 16).contains(classes) ? 20_000 : 3000;
  }

  @Test
  void apply_onKnownRows_givesTheirProbabilities() {
    double[][] rows = {
      {1, 2, 3, -1, -2, -3, 0}, {100, -20, -20, -20, -20, -10, -10}, {0, 0, 0, 0, 0, 0, 0}
    };
    double[][] out = softmax(new Simulator(PARAMETERS), rows, 6, TOP, 0);
    assertArrayEquals(
        new double[] {0.0856, 0.2328, 0.6327, 0.0116, 0.0043, 0.0016, 0.0315}, out[0], 6e-5);
    assertArrayEquals(PlainSoftmax.exact(rows[0]), out[0], 1e-5);
    assertArrayEquals(new double[] {1, 0, 0, 0, 0, 0, 0}, out[1], 1e-6);
    for (double value : out[2]) {
      assertEquals(1 / 7.0, value, 1e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 6, 3e-6, 6e-6",
    "3, 6, 8e-6, 1.3e-5",
    "4, 6, 1.5e-5, 2.5e-5",
    "5, 7, 1.4e-5, 2.2e-5",
    "6, 6, 1.5e-5, 2.3e-5",
    "7, 6, 1.6e-5, 2.6e-5",
    "8, 6, 1.6e-5, 2.7e-5",
    "9, 7, 1.6e-5, 2.7e-5",
    "10, 6, 1.7e-5, 2.8e-5",
    "11, 6, 1.7e-5, 2.8e-5",
    "12, 6, 1.8e-5, 3e-5",
    "13, 6, 1.8e-5, 3e-5",
    "14, 6, 1.9e-5, 3.1e-5",
    "15, 6, 1.8e-5, 3e-5",
    "16, 6, 2e-5, 3.2e-5",
    "16, 7, 2.4e-5, 3.9e-5",
    "7, 4, 1.5e-5, 2.5e-5",
    "10, 5, 1.7e-5, 2.8e-5",
    "4, 4, 1.5e-5, 2.5e-5",
    "16, 4, 1.8e-5, 3e-5",
    "17, 6, 2.2e-5, 3.8e-5",
    "24, 5, 1.9e-5, 3.1e-5",
    "33, 6, 2e-5, 3.3e-5",
    "48, 7, 2e-5, 3.3e-5",
    "64, 4, 3e-5, 5e-5",
    "64, 6, 2.6e-5, 4.3e-5"
  })
  void apply_withoutNoise_errsAsTheTableSays(
      int classes, int squarings, double least, double most) {
    int count = casesOfAKind(classes, squarings);
    double[][] rows = PlainSoftmax.cases(count, classes, 2 << squarings, classes);
    double error = largestError(rows, softmax(new Simulator(PARAMETERS), rows, squarings, TOP, 1));
    assertTrue(error >= least && error <= most, "largest error " + error);
  }

  /**
   * From the lowest level, so that the logits are refreshed too, where noise weighs most. Above 16
   * classes the squarings normalize to a sum of 1, so tied values are as small as 1 / classes and a
   * bootstrap's noise the larger against them.
   */
  @ParameterizedTest
  @CsvSource({
    "2, 6, 1.8e-4", "3, 6, 1.9e-4", "4, 6, 1.6e-4", "7, 6, 1.7e-4", "10, 6, 1.9e-4",
    "16, 6, 2.2e-4", "10, 7, 3.9e-4", "7, 4, 4.5e-5", "24, 6, 6e-4", "64, 6, 1.4e-3"
  })
  void apply_withNoiseAtBootstraps_errsAsTheTableSays(int classes, int squarings, double measured) {
    int count = casesOfAKind(classes, squarings);
    double[][] rows = PlainSoftmax.cases(count, classes, 1.999 * (1 << squarings), classes);
    Simulator simulator = new Simulator(PARAMETERS, NOISY_BOOTSTRAP, classes);
    double error = largestError(rows, softmax(simulator, rows, squarings, BOTTOM, 7));
    assertTrue(error >= measured / 2 && error <= 1.5 * measured, "largest error " + error);
  }

  @Test
  void apply_withTheEnginesNoise_errsHardlyMoreThanWithout() {
    double[][] rows = PlainSoftmax.cases(20_000, 10, 128, 10);
    Simulator simulator = new Simulator(PARAMETERS, Noise.MEASURED, 10);
    double error = largestError(rows, softmax(simulator, rows, 6, 11, 7));
    assertTrue(error >= 1.7e-5 && error <= 3.2e-5, "largest error " + error);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 9, 10, 16})
  void apply_equalsTheChainInThePlain(int classes) {
    double[][] rows = PlainSoftmax.cases(50, classes, 128, 5);
    double[][] out = softmax(new Simulator(PARAMETERS), rows, 6, TOP, 0);
    for (int i = 0; i < rows.length; i++) {
      assertArrayEquals(PlainSoftmax.chain(rows[i], 6, null), out[i], 1e-9);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 7, 10, 15, 17, 33})
  void apply_leavesPaddedClassesExactlyZero(int classes) {
    Layout layout = layout(classes);
    Simulator simulator = new Simulator(PARAMETERS);
    double[][] rows = PlainSoftmax.cases(10, classes, 128, 3);
    Ciphertext logits = encrypted(simulator, layout, rows, 6, TOP);
    double[] slots =
        simulator.decrypt(new Softmax(simulator, layout, 6).apply(List.of(logits), 2).get(0));
    for (int slot = classes * layout.classStride(); slot < slots.length; slot++) {
      assertTrue(slots[slot] == 0, "slot " + slot + " is " + slots[slot]);
    }
    // a row that is not there has logits 0
    assertEquals(1.0 / classes, slots[layout.logitSlot(rows.length, 0)], 1e-6);
  }

  @Test
  void apply_onTwoCiphertexts_givesWhatEachGivesAloneForTheBootstrapsOfOne() {
    Layout layout = layout(7);
    double[][] first = PlainSoftmax.cases(100, 7, 128, 1);
    double[][] second = PlainSoftmax.cases(60, 7, 128, 2);
    Simulator simulator = new Simulator(PARAMETERS);
    RecordingEvaluator recorder = new RecordingEvaluator(simulator);
    Softmax softmax = new Softmax(recorder, layout, 6);
    Ciphertext a = encrypted(simulator, layout, first, 6, 11);
    Ciphertext b = encrypted(simulator, layout, second, 6, 11);
    List<Ciphertext> both = softmax.apply(List.of(a, b), 7);
    assertEquals(2, recorder.count(Operation.BOOTSTRAP));
    assertTrue(simulator.largestBootstrapped() <= 2);
    assertTrue(simulator.largestBootstrapped() > 0.5);
    assertEquals(2, both.size());
    assertArrayEquals(
        simulator.decrypt(softmax.apply(List.of(a), 7).get(0)), simulator.decrypt(both.get(0)));
    assertArrayEquals(
        simulator.decrypt(softmax.apply(List.of(b), 7).get(0)), simulator.decrypt(both.get(1)));
  }

  @Test
  void apply_bootstrapsAsOftenAsPlanned() {
    Layout layout = layout(10);
    double[][] rows = PlainSoftmax.cases(50, 10, 128, 1);
    for (int level = BOTTOM; level <= TOP; level++) {
      Simulator simulator = new Simulator(PARAMETERS);
      RecordingEvaluator recorder = new RecordingEvaluator(simulator);
      Softmax softmax = new Softmax(recorder, layout, 6);
      Ciphertext logits = encrypted(simulator, layout, rows, 6, level);
      assertEquals(7, softmax.apply(List.of(logits), 7).get(0).level());
      assertEquals(softmax.plan(level, 7).bootstraps(), recorder.count(Operation.BOOTSTRAP));
    }
  }

  @Test
  void apply_usesRotationsByClassStridesAlone() {
    Simulator simulator = new Simulator(PARAMETERS);
    RecordingEvaluator recorder = new RecordingEvaluator(simulator);
    softmax(simulator, recorder, PlainSoftmax.cases(10, 10, 128, 1), 6, TOP, 0);
    int stride = layout(10).classStride();
    assertEquals(
        List.of(1, 2, 3, 4, 8, 12),
        recorder.usedKeys().rotations().keySet().stream().map(steps -> steps / stride).toList());
    recorder.usedKeys().rotations().keySet().forEach(steps -> assertEquals(0, steps % stride));
  }

  @Test
  void apply_closesAllButItsResults() {
    for (int classes : new int[] {2, 7, 20}) {
      List<AutoCloseable> made = new ArrayList<>();
      Simulator simulator = new Simulator(PARAMETERS);
      Evaluator recording = recording(simulator, made);
      Ciphertext a = simulator.encrypt(new double[] {0}, 11);
      Ciphertext b = simulator.encrypt(new double[] {0}, 11);
      List<Ciphertext> out = new Softmax(recording, layout(classes), 6).apply(List.of(a, b), 7);
      assertTrue(made.size() > 100);
      for (AutoCloseable value : made) {
        boolean open = isOpen(simulator, value);
        assertEquals(value == out.get(0) || value == out.get(1), open, value.toString());
      }
      assertTrue(isOpen(simulator, a) && isOpen(simulator, b));
    }
  }

  private static boolean isOpen(Simulator simulator, AutoCloseable value) {
    try (Ciphertext other = simulator.zero(PARAMETERS.maxLevel())) {
      if (value instanceof Plaintext plaintext) {
        simulator.multiply(simulator.dropToLevel(other, plaintext.level()), plaintext);
      } else {
        simulator.multiplyInteger((Ciphertext) value, 1);
      }
      return true;
    } catch (IllegalStateException closed) {
      return false;
    }
  }

  /** The simulator, with everything that it returns noted. */
  private static Evaluator recording(Simulator simulator, List<AutoCloseable> made) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          Object result;
          try {
            result = method.invoke(simulator, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
          List<?> results = result instanceof List<?> list ? list : List.of(result);
          for (Object each : results) {
            if (each instanceof Ciphertext || each instanceof Plaintext) {
              made.add((AutoCloseable) each);
            }
          }
          return result;
        };
    return (Evaluator)
        Proxy.newProxyInstance(
            Evaluator.class.getClassLoader(), new Class<?>[] {Evaluator.class}, handler);
  }

  @Test
  void apply_onBadInput_saysWhat() {
    Simulator simulator = new Simulator(PARAMETERS);
    Softmax softmax = new Softmax(simulator, layout(7), 6);
    Ciphertext high = simulator.encrypt(new double[] {0}, 9);
    Ciphertext low = simulator.encrypt(new double[] {0}, 8);
    assertThrows(IllegalArgumentException.class, () -> softmax.apply(List.of(), 0));
    assertThrows(IllegalArgumentException.class, () -> softmax.apply(List.of(high, high, high), 0));
    assertThrows(IllegalArgumentException.class, () -> softmax.apply(List.of(high, low), 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> softmax.apply(List.of(simulator.multiply(high, 1)), 0));
    assertThrows(HeLevelException.class, () -> softmax.apply(List.of(high), 16));
    Ciphertext spent = simulator.encrypt(new double[] {0}, BOTTOM - 1);
    assertThrows(HeLevelException.class, () -> softmax.apply(List.of(spent), 0));
    assertThrows(IllegalArgumentException.class, () -> new Softmax(simulator, layout(4), 7));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Softmax(simulator, new Layout(1 << 10, 2, 7, 8), 6));
  }
}
