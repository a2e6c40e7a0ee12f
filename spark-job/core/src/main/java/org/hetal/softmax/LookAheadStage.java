package org.hetal.softmax;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * A squaring that normalises loosely, looking one squaring ahead:
 *
 * <pre>q = q0 + q1 s1 - s2,   y to y^2 q (b0 + b1 s1 + b2 s2 + b3 s3 + b4 (s4 + q^2))</pre>
 *
 * Three levels, four relinearizations, two sums over the classes. With Y = mu y and c classes after
 * padding everything in the bracket goes under one sum,
 *
 * <pre>T = c B0 + sum over the classes of [c (Y^2 (Y^2 + B3 Y + B2) + B1 Y) + Q^2],   Q = mu^2 q
 * </pre>
 *
 * because Q is the same in all of them; the unit mu is chosen so that Y^2 Q T is the next stage's
 * unit times the result.
 */
final class LookAheadStage implements Stage {
  private final Entry entry;
  private final int sign;
  private final double q0;
  private final double q1;
  private final double[] b;

  LookAheadStage(String name, Coefficients.Step step, int paddedClasses, double outUnit) {
    double b4 = step.b()[4];
    sign = b4 < 0 ? -1 : 1;
    double unit = StrictMath.pow(Math.abs(b4) * outUnit / paddedClasses, 1 / 8.0);
    q0 = unit * unit * step.q()[0];
    q1 = unit * step.q()[1];
    b = new double[4];
    for (int i = 0; i < 4; i++) {
      b[i] = step.b()[i] * StrictMath.pow(unit, 4 - i) / b4;
    }
    b[0] *= paddedClasses;
    b[1] *= paddedClasses;
    entry = new Entry(name, 3, unit * step.largest(), unit, true);
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
      Ciphertext q = scope.own(q(arithmetic, y, wide));
      Ciphertext y2q = scope.own(evaluator.multiplyRescale(y2, q));
      Ciphertext bracket = scope.own(bracket(arithmetic, y, y2, q));
      return evaluator.multiplyRescale(y2q, bracket);
    }
  }

  /** sign * Q, a level below y; the sign is b4's, which the bracket then need not have. */
  private Ciphertext q(ClassArithmetic arithmetic, Ciphertext y, Ciphertext wide) {
    Evaluator evaluator = arithmetic.evaluator();
    try (Scope scope = new Scope()) {
      Ciphertext line = scope.own(evaluator.multiply(y, sign * q1));
      Ciphertext difference =
          scope.own(sign > 0 ? evaluator.sub(line, wide) : evaluator.add(line, wide));
      Ciphertext rescaled = scope.own(evaluator.rescale(difference));
      return evaluator.add(scope.own(arithmetic.classSum(rescaled)), sign * q0);
    }
  }

  /** T, two levels below y. */
  private Ciphertext bracket(
      ClassArithmetic arithmetic, Ciphertext y, Ciphertext y2, Ciphertext q) {
    Evaluator evaluator = arithmetic.evaluator();
    try (Scope scope = new Scope()) {
      Ciphertext line = scope.own(evaluator.multiplyRescale(y, b[3]));
      Ciphertext cofactor = scope.own(evaluator.add(scope.own(evaluator.add(y2, line)), b[2]));
      Ciphertext scaled =
          scope.own(evaluator.multiplyInteger(cofactor, arithmetic.paddedClasses()));
      Ciphertext products = scope.own(evaluator.multiplySum(List.of(y2, q), List.of(scaled, q)));
      Ciphertext term = scope.own(arithmetic.term(y, b[1], y2.level()));
      Ciphertext all = scope.own(evaluator.add(products, term));
      Ciphertext sum = scope.own(arithmetic.classSum(scope.own(evaluator.relinearizeRescale(all))));
      return evaluator.add(sum, b[0]);
    }
  }
}
