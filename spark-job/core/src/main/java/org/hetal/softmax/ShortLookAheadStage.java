package org.hetal.softmax;

import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * The squaring for few classes and narrow intervals: y to y^2 (b0 + b1 s1 + b2 s2). Two levels, two
 * relinearizations, one sum over the classes; the unit of y makes b2 equal to 1 or -1.
 */
final class ShortLookAheadStage implements Stage {
  private final Entry entry;
  private final boolean negative;
  private final double b0;
  private final double b1;

  ShortLookAheadStage(String name, Coefficients.Step step, double outUnit) {
    double b2 = step.b()[2];
    negative = b2 < 0;
    double unit = StrictMath.pow(Math.abs(b2) * outUnit, 1 / 4.0);
    b0 = outUnit * step.b()[0] / (unit * unit);
    b1 = outUnit * step.b()[1] / (unit * unit * unit);
    entry = new Entry(name, 2, unit * step.largest(), unit, true);
  }

  @Override
  public Entry entry() {
    return entry;
  }

  @Override
  public Ciphertext apply(ClassArithmetic arithmetic, Ciphertext y) {
    Evaluator evaluator = arithmetic.evaluator();
    try (Scope scope = new Scope()) {
      Ciphertext wide = scope.own(arithmetic.relinearizedSquare(y));
      Ciphertext y2 = scope.own(evaluator.rescale(wide));
      Ciphertext line = scope.own(evaluator.multiply(y, b1));
      Ciphertext both = scope.own(negative ? evaluator.sub(line, wide) : evaluator.add(line, wide));
      Ciphertext sum = scope.own(arithmetic.classSum(scope.own(evaluator.rescale(both))));
      return evaluator.multiplyRescale(y2, scope.own(evaluator.add(sum, b0)));
    }
  }
}
