package org.hetal.tools.softmax;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * e^(R t) for t in [-1.02, 0.02] by Chebyshev interpolation of degree 15 in z = (t + 0.5) / 0.52.
 * With T_(8+k) = 2 T_8 T_k - T_(8-k), and the same for 4, it is a polynomial of degree 1 in T_8 of
 * such in T_4 of sums of 1, T_1, T_2, T_3.
 */
final class ChebyshevExponential {
  /** One to z, four to T_8 and to the parts of degree 7, one for the last product. */
  static final int LEVELS = 6;

  private static final int DEGREE = 15;
  private static final int NODES = 64;
  private static final double CENTRE = -0.5;
  private static final double RADIUS = 0.52;

  private final Evaluator evaluator;
  private final double[] coefficients;

  ChebyshevExponential(Evaluator evaluator, double range) {
    this.evaluator = evaluator;
    this.coefficients = coefficients(range);
  }

  private static double[] coefficients(double range) {
    double[] out = new double[DEGREE + 1];
    for (int k = 0; k <= DEGREE; k++) {
      double sum = 0;
      for (int n = 0; n < NODES; n++) {
        double angle = StrictMath.PI * (n + 0.5) / NODES;
        double t = CENTRE + RADIUS * StrictMath.cos(angle);
        sum += StrictMath.exp(range * t) * StrictMath.cos(k * angle);
      }
      out[k] = sum * (k == 0 ? 1 : 2) / NODES;
    }
    return out;
  }

  /** Six levels lower. */
  Ciphertext apply(Ciphertext t) {
    try (Scope scope = new Scope()) {
      Ciphertext t1 =
          scope.own(
              evaluator.add(scope.own(evaluator.multiplyRescale(t, 1 / RADIUS)), -CENTRE / RADIUS));
      Ciphertext t2 = scope.own(doubled(t1));
      Ciphertext t4 = scope.own(doubled(t2));
      Ciphertext t8 = scope.own(doubled(t4));
      Ciphertext product = scope.own(product(t1, t2));
      Ciphertext t3 =
          scope.own(
              evaluator.sub(
                  scope.own(evaluator.multiplyInteger(product, 2)),
                  scope.own(evaluator.dropToLevel(t1, product.level()))));
      List<Ciphertext> low = new ArrayList<>();
      for (Ciphertext a : List.of(t1, t2, t3)) {
        low.add(scope.own(evaluator.dropToLevel(a, t3.level())));
      }
      Ciphertext high = scope.own(degree7(low, t4, quotient(coefficients, 8)));
      Ciphertext rest = scope.own(degree7(low, t4, remainder(coefficients, 8)));
      Ciphertext top = scope.own(product(high, t8));
      return evaluator.add(top, scope.own(evaluator.dropToLevel(rest, top.level())));
    }
  }

  private Ciphertext degree7(List<Ciphertext> low, Ciphertext t4, double[] f) {
    try (Scope scope = new Scope()) {
      Ciphertext high = scope.own(linear(low, quotient(f, 4)));
      Ciphertext rest = scope.own(linear(low, remainder(f, 4)));
      Ciphertext top = scope.own(product(high, t4));
      return evaluator.add(top, scope.own(evaluator.dropToLevel(rest, top.level())));
    }
  }

  /** f0 + f1 T_1 + f2 T_2 + f3 T_3, a level lower. */
  private Ciphertext linear(List<Ciphertext> low, double[] f) {
    try (Scope scope = new Scope()) {
      Ciphertext sum = null;
      for (int k = 1; k < f.length; k++) {
        Ciphertext term = scope.own(evaluator.multiply(low.get(k - 1), f[k]));
        sum = sum == null ? term : scope.own(evaluator.add(sum, term));
      }
      return evaluator.add(scope.own(evaluator.rescale(sum)), f[0]);
    }
  }

  /** q of q T_n + r: c_n + 2 c_(n+k) T_k. */
  private static double[] quotient(double[] c, int n) {
    double[] out = new double[n];
    out[0] = c[n];
    for (int k = 1; k < n; k++) {
      out[k] = 2 * c[n + k];
    }
    return out;
  }

  /** r of q T_n + r: c_k - c_(2n-k). */
  private static double[] remainder(double[] c, int n) {
    double[] out = new double[n];
    out[0] = c[0];
    for (int k = 1; k < n; k++) {
      out[k] = c[k] - c[2 * n - k];
    }
    return out;
  }

  /** 2 a^2 - 1, a level lower. */
  private Ciphertext doubled(Ciphertext a) {
    try (Scope scope = new Scope()) {
      Ciphertext square = scope.own(evaluator.relinearizeRescale(scope.own(evaluator.square(a))));
      return evaluator.add(scope.own(evaluator.multiplyInteger(square, 2)), -1);
    }
  }

  /** a b, a level below the lower. */
  private Ciphertext product(Ciphertext a, Ciphertext b) {
    int level = Math.min(a.level(), b.level());
    try (Ciphertext x = evaluator.dropToLevel(a, level);
        Ciphertext y = evaluator.dropToLevel(b, level)) {
      return evaluator.multiplyRescale(x, y);
    }
  }
}
