package org.hetal.softmax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stages one by one; slots are classes times rows. */
class StageTest {
  private static final int LEVEL = 12;
  private static final SimulatedParameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 12);

  private final Simulator simulator = new Simulator(PARAMETERS);
  private final RecordingEvaluator recorder = new RecordingEvaluator(simulator);

  /**
   * Key switches of each stage; a sum over 16 classes is 3 + 3 rotations, over 8 it is 3 + 1. These
   * are most of the softmax's time.
   */
  @ParameterizedTest
  @CsvSource({
    "10, exponential, 3, 3, 0", "10, normalize, 1, 1, 6", "10, square 1, 3, 4, 12",
    "10, square 5, 3, 4, 12", "10, last square, 4, 6, 6", "7, normalize, 1, 1, 4",
    "7, square 3, 3, 4, 8", "7, last square, 4, 6, 4", "16, last square, 5, 8, 6",
    "2, square 1, 3, 4, 2", "2, square 2, 2, 2, 1", "64, normalize, 1, 1, 9",
    "64, square 1, 3, 4, 9", "64, square 5, 4, 6, 9", "64, last square, 8, 14, 9"
  })
  void keySwitches_areAsFewAsDocumented(
      int classes, String name, int levels, int relinearizations, int rotations) {
    Stage stage =
        Chain.choices(classes, 6).get(0).stages().stream()
            .filter(s -> s.name().equals(name))
            .findFirst()
            .orElseThrow();
    Ciphertext y = simulator.encrypt(new double[] {0.25}, LEVEL);
    Ciphertext out = stage.apply(arithmetic(classes), y);
    assertEquals(LEVEL - levels, out.level());
    assertEquals(levels, stage.levels());
    assertEquals(1, out.scaleDegree());
    assertEquals(2, out.parts());
    assertEquals(relinearizations, recorder.count(Operation.RELINEARIZE));
    assertEquals(rotations, recorder.count(Operation.ROTATE));
    assertEquals(0, recorder.count(Operation.BOOTSTRAP));
  }

  @Test
  void keySwitches_ofAWholeChainOfTenClasses() {
    ClassArithmetic arithmetic = arithmetic(10);
    Ciphertext y = simulator.encrypt(new double[] {0}, LEVEL);
    for (Stage stage : Chain.choices(10, 6).get(0).stages()) {
      y = simulator.encrypt(simulator.decrypt(stage.apply(arithmetic, y)), LEVEL);
    }
    assertEquals(30, recorder.count(Operation.RELINEARIZE));
    assertEquals(72, recorder.count(Operation.ROTATE));
    assertEquals(1, recorder.count(Operation.ENCODE));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void exponentialStage_isThePolynomialAndZeroInPaddedClasses(boolean fromV) {
    double[] exponential = Coefficients.shipped().exponential();
    ExponentialStage stage = new ExponentialStage(exponential, 0.25, fromV);
    assertEquals(fromV ? 3 : 4, stage.levels());
    assertEquals(!fromV, stage.refreshable());
    double[] u = new double[PARAMETERS.slotCount()];
    int real = 3 * u.length / 4;
    for (int i = 0; i < real; i++) {
      u[i] = -2 + 4.0 * i / (real - 1);
    }
    double[] entering = PlainSoftmax.scaled(u, stage.scaling());
    double[] y = simulator.decrypt(stage.apply(arithmetic(3), simulator.encrypt(entering, LEVEL)));
    for (int i = 0; i < u.length; i++) {
      double expected = i < real ? 0.25 * PlainSoftmax.polynomial(exponential, u[i]) : 0;
      assertEquals(expected, y[i], i < real ? 1e-13 : 0);
      assertEquals(0.25 * Math.exp(u[i]) * 0.999, i < real ? y[i] : 0.25 * 0.999, 2e-4);
    }
  }

  @Test
  void normalizeStage_isTheFormula() {
    NormalizeStage stage = new NormalizeStage(0.3, 0.02, 1.3);
    checkFormula(stage, 1.3, 5, y -> 0.3 - 0.02 * PlainSoftmax.powerSum(y, 1), false);
  }

  @ParameterizedTest
  @ValueSource(doubles = {4.2, -2.5})
  void lookAheadStage_isTheFormula(double b4) {
    Coefficients.Step step =
        new Coefficients.Step(
            new double[] {1.4, -0.3},
            new double[] {-6, 2.7, 11, -9, b4},
            new Interval(0.4, 2.5),
            new Interval(0.5, 1.7));
    checkFormula(
        new LookAheadStage("square", step, 8, 1.3),
        1.3,
        5,
        y -> {
          double s1 = PlainSoftmax.powerSum(y, 1);
          double s2 = PlainSoftmax.powerSum(y, 2);
          double q = 1.4 - 0.3 * s1 - s2;
          double sums =
              -9 * PlainSoftmax.powerSum(y, 3) + b4 * (PlainSoftmax.powerSum(y, 4) + q * q);
          return q * (-6 + 2.7 * s1 + 11 * s2 + sums);
        },
        true);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.2, -1.7})
  void shortLookAheadStage_isTheFormula(double b2) {
    Coefficients.Step step =
        new Coefficients.Step(
            null, new double[] {1.9, 0.8, b2}, new Interval(0.4, 2.5), new Interval(0.5, 1.7));
    checkFormula(
        new ShortLookAheadStage("square", step, 1.3),
        1.3,
        3,
        y -> 1.9 + 0.8 * PlainSoftmax.powerSum(y, 1) + b2 * PlainSoftmax.powerSum(y, 2),
        true);
  }

  @ParameterizedTest
  @CsvSource({
    "0.6, 1.6, 1",
    "0.6, 1.6, 2",
    "0.6, 1.6, 3",
    "0.3, 2.2, 4",
    "0.02, 1, 5",
    "0.01, 1, 6"
  })
  void inverseStage_isTheMinimaxInverse(double low, double high, int logDegree) {
    Interval interval = new Interval(low, high);
    checkFormula(
        new InverseStage("last", new MinimaxInverse(interval, logDegree), 1),
        1,
        6,
        y -> PlainSoftmax.inverse(interval, 1 << logDegree, PlainSoftmax.powerSum(y, 2)),
        true);
  }

  @Test
  void minimaxInverse_reachesItsErrorAtBothEnds() {
    Interval interval = new Interval(0.5, 2);
    for (int m = 1; m <= 5; m++) {
      double error = new MinimaxInverse(interval, m).error();
      assertEquals(error, 1 - 0.5 * PlainSoftmax.inverse(interval, 1 << m, 0.5), 1e-12);
      assertEquals(error, 1 - 2 * PlainSoftmax.inverse(interval, 1 << m, 2), 1e-12);
      for (double s = 0.5; s <= 2; s += 0.01) {
        double residual = 1 - s * PlainSoftmax.inverse(interval, 1 << m, s);
        assertTrue(Math.abs(residual) <= error + 1e-12);
      }
    }
    assertEquals(3, MinimaxInverse.within(new Interval(0.85, 1.16), 2e-5, 7).logDegree());
  }

  /**
   * Runs whole chains on logits at the edge of the range and looks at every value between; the
   * shortest chain gets more rows than the others there are to choose from.
   */
  @ParameterizedTest
  @CsvSource({
    "2, 6", "3, 6", "4, 6", "5, 7", "7, 4", "7, 7", "10, 6", "14, 7", "16, 7", "17, 7", "33, 4",
    "41, 5", "64, 6", "64, 7"
  })
  void values_staySmallerThanTheBoundsBetweenStages(int classes, int squarings) {
    double bound = 2 << squarings;
    List<double[]> edge = new ArrayList<>();
    for (int leaders = 1; leaders < classes; leaders++) {
      edge.add(leaders(classes, leaders, bound));
    }
    List<double[]> all = new ArrayList<>(edge);
    all.addAll(Arrays.asList(PlainSoftmax.cases(2000, classes, bound, 9)));
    List<Chain> choices = Chain.choices(classes, squarings);
    checkBounds(choices.get(0), all);
    for (Chain chain : choices) {
      checkBounds(chain, edge);
    }
  }

  private void checkBounds(Chain chain, List<double[]> rows) {
    int classes = chain.classes();
    int stride = PARAMETERS.slotCount() / Chain.paddedClasses(classes);
    for (int from = 0; from < rows.size(); from += stride) {
      double[] slots = new double[PARAMETERS.slotCount()];
      for (int row = from; row < Math.min(rows.size(), from + stride); row++) {
        for (int k = 0; k < classes; k++) {
          slots[k * stride + row - from] =
              rows.get(row)[k] / Math.pow(2, chain.squarings()) * chain.logitFactor();
        }
      }
      for (Stage stage : chain.stages()) {
        double largest = Arrays.stream(slots).map(Math::abs).max().orElseThrow();
        assertTrue(
            largest <= stage.bound() * (1 + 1e-12),
            stage.name() + ": " + largest + " > " + stage.bound());
        Ciphertext in = simulator.encrypt(slots, LEVEL);
        slots = simulator.decrypt(stage.apply(arithmetic(classes), in));
      }
    }
  }

  /** Some classes at the top of the range, the others equal below. */
  private static double[] leaders(int classes, int leaders, double bound) {
    double[] row = new double[classes];
    double depth = Math.max(1, leaders / (double) (classes - leaders));
    for (int k = 0; k < classes; k++) {
      row[k] = k < leaders ? bound / depth : -bound / depth * leaders / (classes - leaders);
    }
    return row;
  }

  private ClassArithmetic arithmetic(int classes) {
    int padded = Chain.paddedClasses(classes);
    return new ClassArithmetic(
        recorder, classes, padded, recorder.parameters().slotCount() / padded);
  }

  private interface Factor {
    double of(double[] y);
  }

  /** Compares with outUnit * y * factor(y), or y^2 for y, on values with s2 about 1. */
  private void checkFormula(
      Stage stage, double outUnit, int classes, Factor factor, boolean squared) {
    int stride = PARAMETERS.slotCount() / Chain.paddedClasses(classes);
    double[][] rows = PlainSoftmax.cases(stride / 4, classes, 1, 7);
    double[] slots = new double[PARAMETERS.slotCount()];
    for (int row = 0; row < stride; row++) {
      for (int k = 0; k < classes; k++) {
        rows[row][k] = (1 + 0.5 * rows[row][k]) / Math.sqrt(classes);
        slots[k * stride + row] = stage.scaling() * rows[row][k];
      }
    }
    Ciphertext out = stage.apply(arithmetic(classes), simulator.encrypt(slots, LEVEL));
    double[] outSlots = simulator.decrypt(out);
    double[] actual = new double[classes];
    for (int row = 0; row < stride; row++) {
      double[] y = rows[row];
      double[] expected = PlainSoftmax.scaled(y, outUnit * factor.of(y));
      for (int k = 0; k < classes; k++) {
        expected[k] *= squared ? y[k] : 1;
        actual[k] = outSlots[k * stride + row];
      }
      double size = Math.max(1, Math.sqrt(PlainSoftmax.powerSum(expected, 2)));
      assertArrayEquals(expected, actual, 1e-9 * size);
    }
  }
}
