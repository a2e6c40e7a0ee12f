package org.hetal.softmax;

import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * y to y^2 g(s2), g the {@link MinimaxInverse} of degree n - 1 on the interval of s2, n = 2^m: a
 * squaring with the normalisation that goes with it, as precise as the degree is high. In S = mu^2
 * s2 the factors of g are monic,
 *
 * <pre>
 * 2 zeta - S,   m_i + (T_{2^i}(z0) - 1) / w_i,   m_1 = (S - zeta)^2,   m_{i+1} = (m_i - 1/w_i)^2
 * </pre>
 *
 * with zeta the middle of the interval of S, w_1 = 2 / (half its width)^2, w_{i+1} = 2 w_i^2; the
 * unit mu makes the constant in front of all of them 1. So there are m + 1 levels, 2m
 * relinearizations and one sum over the classes.
 */
final class InverseStage implements Stage {
  private final Entry entry;
  private final double zeta;
  private final double[] shifts;
  private final double[] offsets;

  InverseStage(String name, MinimaxInverse inverse, double outUnit) {
    int m = inverse.logDegree();
    double width = inverse.halfWidth();
    double front = StrictMath.pow(2, m) * inverse.error() / (width * width);
    for (int i = 1; i < m; i++) {
      front *= weight(width, i);
    }
    double unit = StrictMath.pow(outUnit * front, 1 / StrictMath.pow(2, m + 1));
    zeta = unit * unit * inverse.centre();
    // entry i belongs to m_i: what is added to it before it is squared, and to make it a factor
    shifts = new double[m];
    offsets = new double[m];
    shifts[0] = -zeta;
    offsets[0] = 2 * zeta;
    for (int i = 1; i < m; i++) {
      double weight = weight(unit * unit * width, i);
      shifts[i] = -1 / weight;
      offsets[i] = (inverse.chebyshevAtZero(i) - 1) / weight;
    }
    entry = new Entry(name, m + 1, unit * Math.sqrt(inverse.interval().high()), unit, true);
  }

  private static double weight(double halfWidth, int i) {
    double weight = 2 / (halfWidth * halfWidth);
    for (int j = 1; j < i; j++) {
      weight = 2 * weight * weight;
    }
    return weight;
  }

  @Override
  public Entry entry() {
    return entry;
  }

  @Override
  public Ciphertext apply(ClassArithmetic arithmetic, Ciphertext y) {
    Evaluator evaluator = arithmetic.evaluator();
    try (Scope scope = new Scope()) {
      Ciphertext product = scope.own(evaluator.multiplyRescale(y, y));
      Ciphertext chebyshev = scope.own(arithmetic.classSum(product));
      Ciphertext first =
          scope.own(evaluator.add(scope.own(evaluator.negate(chebyshev)), offsets[0]));
      product = scope.own(evaluator.multiplyRescale(product, first));
      for (int i = 1; i < shifts.length; i++) {
        chebyshev = scope.own(arithmetic.shiftedSquare(chebyshev, shifts[i - 1]));
        Ciphertext factor = scope.own(evaluator.add(chebyshev, offsets[i]));
        product = scope.own(evaluator.multiplyRescale(product, factor));
      }
      return scope.release(product);
    }
  }
}
