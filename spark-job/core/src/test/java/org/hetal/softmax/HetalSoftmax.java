package org.hetal.softmax;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.packing.Layout;

/**
 * The softmax of HETAL (Lee et al., ICML 2023, arXiv 2403.14111, section 4.2), from the paper, as a
 * second method to compare {@link Softmax} with: a row's maximum by comparisons, logits below it
 * brought into a smaller range by domain extension, the exponential, and Goldschmidt's inverse of
 * the row's sum. It takes more than a hundred levels and is less precise; it refreshes whenever a
 * step would not fit.
 *
 * <ul>
 *   <li>Comparison: sgn by composing the odd polynomials of degree 7 of Cheon, Kim and Kim
 *       (ASIACRYPT 2020), max(a, b) = (a + b + (a - b) sgn(a - b)) / 2 over log2(c) rounds.
 *   <li>Domain extension (Cheon, Kim and Park 2022) with L = 3/2: t to (3t - t^3) / 2, close to the
 *       identity times 3/2 where t is small; it shrinks the range 1.5-fold each time and distorts
 *       what is far below the maximum, where the exponential is small anyway.
 * </ul>
 */
public final class HetalSoftmax {
  /** (35x - 35x^3 + 21x^5 - 5x^7) / 16: pulls what is near 1 to 1. */
  private static final double[] NEAR = {35 / 16.0, -35 / 16.0, 21 / 16.0, -5 / 16.0};

  /** (4589x - 16577x^3 + 25614x^5 - 12860x^7) / 2^10: pulls what is near 0 away. */
  private static final double[] FAR = {
    4589 / 1024.0, -16577 / 1024.0, 25614 / 1024.0, -12860 / 1024.0
  };

  private static final List<double[]> SIGN = List.of(FAR, FAR, FAR, FAR, FAR, NEAR, NEAR);

  /** Of the exponential's input; its polynomial reaches to 2. */
  private static final double LARGEST_INPUT = 1.5;

  private static final int EXPONENTIAL_SQUARINGS = 4;

  /** What (1 - 1/c)^(2^n) may be after n iterations of the inverse. */
  private static final double INVERSE_ERROR = 1e-6;

  private final Evaluator evaluator;
  private final ClassArithmetic arithmetic;
  private final int classes;
  private final int paddedClasses;
  private final int extensions;
  private final double toScaling;
  private final int stride;

  /**
   * @param squarings k; as for {@link Softmax} logits are up to 2 * 2^k
   */
  public HetalSoftmax(Evaluator evaluator, Layout layout, int squarings) {
    if (squarings < 1 || squarings > 10) {
      throw new IllegalArgumentException(
          "HETAL's softmax: expected 1 to 10 squarings, actual " + squarings);
    }
    this.evaluator = evaluator;
    this.classes = layout.classes();
    this.paddedClasses = layout.paddedClasses();
    double range = 4 * StrictMath.pow(2, squarings) / StrictMath.pow(2, EXPONENTIAL_SQUARINGS);
    int count = 0;
    while (range > LARGEST_INPUT) {
      range /= 1.5;
      count++;
    }
    this.extensions = count;
    this.toScaling = range;
    this.stride = layout.classStride();
    this.arithmetic = new ClassArithmetic(evaluator, classes, paddedClasses);
  }

  /**
   * Probabilities of one ciphertext of logits.
   *
   * @param scaledLogits u = x / 2^k, centred, in the logits layout, 0 in padded classes; not closed
   * @return 0 in padded classes; at whatever level is left, at least 0
   */
  public Ciphertext apply(Ciphertext scaledLogits) {
    try (Scope scope = new Scope()) {
      // |v| <= 1/2, so that differences are within [-1, 1]
      Ciphertext v = scope.own(evaluator.multiplyRescale(fresh(scope, scaledLogits, 1), 0.25));
      Ciphertext below = scope.own(belowMaximum(v));
      for (int i = 0; i < extensions; i++) {
        below = scope.own(extended(fresh(scope, below, 2)));
      }
      return normalized(scope.own(exponential(below)));
    }
  }

  /** The ciphertext itself if it has that many levels above the lowest of a bootstrap. */
  private Ciphertext fresh(Scope scope, Ciphertext a, int levels) {
    return a.level() - levels >= evaluator.parameters().bootstrapInputLevel()
        ? a
        : scope.own(evaluator.bootstrap(a));
  }

  /** v minus the largest v of the row, in [-1, 0]; a padded class's 0 is never above that. */
  private Ciphertext belowMaximum(Ciphertext v) {
    try (Scope scope = new Scope()) {
      Ciphertext largest = v;
      for (int distance = 1; distance < paddedClasses; distance *= 2) {
        Ciphertext other = scope.own(evaluator.rotate(largest, distance * stride));
        largest = scope.own(larger(largest, other));
      }
      int level = Math.min(v.level(), largest.level());
      return evaluator.sub(
          scope.own(evaluator.dropToLevel(v, level)),
          scope.own(evaluator.dropToLevel(largest, level)));
    }
  }

  private Ciphertext larger(Ciphertext a, Ciphertext b) {
    try (Scope scope = new Scope()) {
      Ciphertext sign = scope.own(evaluator.sub(a, b));
      Ciphertext difference = sign;
      for (double[] polynomial : SIGN) {
        sign = scope.own(odd(fresh(scope, sign, 3), polynomial));
      }
      sign = fresh(scope, sign, 1);
      Ciphertext sum = fresh(scope, scope.own(evaluator.add(a, b)), 1);
      Ciphertext half = scope.own(evaluator.multiplyRescale(fresh(scope, difference, 2), 0.5));
      int level = Math.min(sign.level(), Math.min(half.level(), sum.level()));
      Ciphertext product =
          scope.own(
              evaluator.relinearize(
                  scope.own(
                      evaluator.multiply(
                          scope.own(evaluator.dropToLevel(sign, level)),
                          scope.own(evaluator.dropToLevel(half, level))))));
      Ciphertext halfSum = scope.own(arithmetic.term(sum, 0.5, level));
      return evaluator.rescale(scope.own(evaluator.add(product, halfSum)));
    }
  }

  /** p0 x + p1 x^3 + p2 x^5 + p3 x^7, three levels lower. */
  private Ciphertext odd(Ciphertext x, double[] p) {
    try (Scope scope = new Scope()) {
      int level = x.level();
      Ciphertext x2 = scope.own(evaluator.multiplyRescale(x, x));
      Ciphertext x4 = scope.own(evaluator.multiplyRescale(x2, x2));
      Ciphertext high = scope.own(cubic(x, x2, p[2], p[3]));
      Ciphertext low = scope.own(cubic(x, x2, p[0], p[1]));
      Ciphertext product = scope.own(evaluator.multiplyRescale(high, x4));
      return evaluator.add(product, scope.own(evaluator.dropToLevel(low, level - 3)));
    }
  }

  /** a x + b x^3, two levels below x, x2 one below. */
  private Ciphertext cubic(Ciphertext x, Ciphertext x2, double a, double b) {
    try (Scope scope = new Scope()) {
      Ciphertext bx = scope.own(evaluator.multiplyRescale(x, b));
      Ciphertext cube = scope.own(evaluator.relinearize(scope.own(evaluator.multiply(bx, x2))));
      Ciphertext line = scope.own(arithmetic.term(x, a, x2.level()));
      return evaluator.rescale(scope.own(evaluator.add(cube, line)));
    }
  }

  private Ciphertext extended(Ciphertext t) {
    try (Ciphertext t2 = evaluator.multiplyRescale(t, t)) {
      return cubic(t, t2, 1.5, -0.5);
    }
  }

  /** e^(x - max), 0 in padded classes. */
  private Ciphertext exponential(Ciphertext t) {
    try (Scope scope = new Scope()) {
      ExponentialStage stage = new ExponentialStage(Coefficients.shipped().exponential(), 1);
      // a padded class is below the maximum too: back to 0, where the stage gives 0
      Ciphertext u = fresh(scope, t, stage.levels() + 1);
      Ciphertext y =
          scope.own(stage.apply(arithmetic, scope.own(arithmetic.maskedByClass(u, toScaling))));
      for (int i = 0; i < EXPONENTIAL_SQUARINGS; i++) {
        Ciphertext base = fresh(scope, y, 1);
        y = scope.own(evaluator.multiplyRescale(base, base));
      }
      return scope.release(y);
    }
  }

  /** y / s1, by 1 / s = (1 + r) (1 + r^2) (1 + r^4) ... / c with r = 1 - s / c. */
  private Ciphertext normalized(Ciphertext y) {
    try (Scope scope = new Scope()) {
      Ciphertext scaled = scope.own(evaluator.multiplyRescale(fresh(scope, y, 1), 1.0 / classes));
      Ciphertext sum = scope.own(arithmetic.classSum(scaled));
      Ciphertext r = scope.own(evaluator.add(scope.own(evaluator.negate(sum)), 1));
      Ciphertext quotient = scaled;
      double left = 1 - 1.0 / classes;
      while (left > INVERSE_ERROR) {
        r = fresh(scope, r, 1);
        quotient = fresh(scope, quotient, 1);
        int level = Math.min(r.level(), quotient.level());
        Ciphertext factor = scope.own(evaluator.dropToLevel(scope.own(evaluator.add(r, 1)), level));
        quotient =
            scope.own(
                evaluator.multiplyRescale(
                    scope.own(evaluator.dropToLevel(quotient, level)), factor));
        r = scope.own(evaluator.multiplyRescale(r, r));
        left *= left;
      }
      return scope.release(quotient);
    }
  }
}
