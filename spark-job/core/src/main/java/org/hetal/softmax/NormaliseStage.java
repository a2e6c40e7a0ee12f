package org.hetal.softmax;

import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * y to y (a - b s1): brings s2 into the interval of the first squaring. One level, one
 * relinearization, one sum over the classes: the unit of y on entry, sqrt(b * outUnit), makes the
 * coefficient of y s1 equal to -1.
 */
final class NormaliseStage implements Stage {
  private final Entry entry;

  /** e^2 is the largest value of the exponential on [-2, 2]. */
  private static final double LARGEST = StrictMath.exp(2);

  private final double constant;

  NormaliseStage(double a, double b, double outUnit) {
    double unit = Math.sqrt(b * outUnit);
    constant = outUnit * a / unit;
    // The unit is about 1/15 here: a bootstrap would cost four bits that the next one does not.
    entry = new Entry("normalise", 1, unit * LARGEST, unit, false);
  }

  @Override
  public Entry entry() {
    return entry;
  }

  @Override
  public Ciphertext apply(ClassArithmetic arithmetic, Ciphertext y) {
    Evaluator evaluator = arithmetic.evaluator();
    try (Scope scope = new Scope()) {
      Ciphertext s1 = scope.own(arithmetic.classSum(y));
      Ciphertext factor = scope.own(evaluator.add(scope.own(evaluator.negate(s1)), constant));
      return evaluator.multiplyRescale(y, factor);
    }
  }
}
