package org.hetal.softmax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoefficientsTest {
  private final Coefficients table = Coefficients.shipped();

  @Test
  void exponential_isAMultipleOfTheExponentialOnItsRange() {
    double[] e = table.exponential();
    double middle = e[0];
    for (double u = -2; u <= 2; u += 1e-3) {
      double ratio = PlainSoftmax.polynomial(e, u) / (middle * Math.exp(u));
      assertEquals(1, ratio, 2.5e-5);
    }
  }

  @Test
  void intervals_holdForEveryNumberOfClasses() {
    for (int classes = 2; classes <= 16; classes++) {
      int squarings = Chain.largestSquarings(classes);
      List<Coefficients.Step> steps = table.entry(classes).steps();
      for (double[] x : PlainSoftmax.cases(3000, classes, 2 << squarings, 4)) {
        List<Double> s2 = new ArrayList<>();
        PlainSoftmax.chain(x, squarings, s2);
        for (int j = 0; j < steps.size(); j++) {
          assertWithin(steps.get(j).before(), s2.get(j));
          assertWithin(steps.get(j).after(), s2.get(j + 1));
        }
      }
    }
  }

  private static void assertWithin(Interval fitted, double s2) {
    Interval interval = fitted.widened(Coefficients.MARGIN);
    assertTrue(s2 >= interval.low() && s2 <= interval.high(), interval + ": " + s2);
  }

  /** Why the padded number of classes is not the one to look up: the chain ends in NaN. */
  @Test
  void entry_ofThePaddedNumberOfClasses_diverges() {
    double right = 0;
    double wrong = 0;
    for (double[] row : PlainSoftmax.cases(1000, 10, 128, 1)) {
      double exact = PlainSoftmax.exact(row)[0];
      right = Math.max(right, Math.abs(PlainSoftmax.chain(row, 6, null)[0] - exact));
      wrong =
          Math.max(wrong, Math.abs(PlainSoftmax.chain(table.entry(16), row, 6, null)[0] - exact));
    }
    assertTrue(right < 3e-5, "largest error " + right);
    assertTrue(!(wrong < 1), "largest error " + wrong);
  }

  @Test
  void entry_thatIsNotThere_throws() {
    assertThrows(IllegalArgumentException.class, () -> table.entry(17));
    assertThrows(IllegalArgumentException.class, () -> table.entry(1));
  }

  /**
   * For multiples of four classes the extreme rows exist, so the scan must find the fitted
   * interval.
   */
  @Test
  void startOfManyClasses_findsTheFittedIntervalAndANarrowerOne() {
    for (int classes : new int[] {4, 8, 12, 16}) {
      Coefficients.Entry entry = table.entry(classes);
      Interval fitted = entry.steps().get(0).before();
      Interval found = ManyClasses.Start.interval(entry.b() / entry.a() * classes);
      double scale = classes * entry.a() * entry.a();
      assertEquals(fitted.low(), scale * found.low(), 0.005 * fitted.low());
      assertEquals(fitted.high(), scale * found.high(), 0.005 * fitted.high());
      Interval own = ManyClasses.Start.forClasses(classes).interval();
      assertTrue(own.high() / own.low() < fitted.high() / fitted.low());
    }
  }
}
