package org.hetal.tools.softmax;

import java.util.Arrays;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.packing.Layout;

/**
 * The softmax of HETAL (Lee et al., ICML 2023, arXiv 2403.14111, section 4.2), from the paper. It
 * refreshes whenever a step would not fit.
 *
 * <ul>
 *   <li>Normalization: the row's maximum is subtracted. max(a, b) = (a + b + (a - b) sgn(a - b)) /
 *       2 in log2(c) rounds; sgn by the odd polynomials of degree 7 of Cheon, Kim and Kim
 *       (ASIACRYPT 2020), 21 levels a round.
 *   <li>Domain extension (Cheon, Kim and Park, IEEE TIFS 2022, algorithm 1) with L = 2 from [-8, 8]
 *       to [-256, 256]: five times t to 2t - (32/27) t^3, 10 levels; then t to t + e (t^3 - t^5)
 *       with e = (4/27) sum of L^(-2i), 3 levels. It is close to the identity near the maximum and
 *       keeps what is far below it far below.
 *   <li>Exponential: Chebyshev interpolation of degree 15, 6 levels, and the mask of the classes.
 *   <li>Inverse of the row's sum s by Goldschmidt: 1 / s = (1 + r) (1 + r^2) (1 + r^4) ... / c with
 *       r = 1 - s / c.
 * </ul>
 *
 * <p>The paper reports largest errors of 0.0037 to 0.0224 for 3 to 10 classes. With the correction
 * they are 0.0023 to 0.0095; {@code PublishedSoftmaxTest} bounds them on both sides.
 */
final class PublishedSoftmax {
  /** (35x - 35x^3 + 21x^5 - 5x^7) / 16: pulls what is near 1 to 1. */
  private static final double[] NEAR = {35 / 16.0, -35 / 16.0, 21 / 16.0, -5 / 16.0};

  /** (4589x - 16577x^3 + 25614x^5 - 12860x^7) / 2^10: pulls what is near 0 away. */
  private static final double[] FAR = {
    4589 / 1024.0, -16577 / 1024.0, 25614 / 1024.0, -12860 / 1024.0
  };

  private static final List<double[]> SIGN = List.of(FAR, FAR, FAR, FAR, FAR, NEAR, NEAR);

  /** Differences of logits within +-128. */
  private static final double LARGEST_DIFFERENCE = 256;

  /** Where the exponential is exact before the domain is extended. */
  private static final double EXPONENTIAL_RANGE = 8;

  private static final int EXTENSIONS = 5;
  private static final double EXTENSION_FACTOR = 2;

  /** What (1 - 1/c)^(2^n) may be after n iterations of the inverse. */
  private static final double INVERSE_ERROR = 1e-6;

  private final Evaluator evaluator;
  private final ChebyshevExponential exponential;
  private final int classes;
  private final int paddedClasses;
  private final int stride;

  PublishedSoftmax(Evaluator evaluator, Layout layout) {
    this.evaluator = evaluator;
    this.exponential = new ChebyshevExponential(evaluator, EXPONENTIAL_RANGE);
    this.classes = layout.classes();
    this.paddedClasses = layout.paddedClasses();
    this.stride = layout.classStride();
  }

  /**
   * Probabilities of one ciphertext of logits.
   *
   * @param scaledLogits x / 64 of centred logits within +-128, in the logits' layout, 0 in padded
   *     classes; not closed
   * @return 0 in padded classes; at whatever level is left
   */
  Ciphertext apply(Ciphertext scaledLogits) {
    try (Scope scope = new Scope()) {
      // within +-1/2, so that differences are within [-1, 1]
      double toHalf = 64 / LARGEST_DIFFERENCE;
      Ciphertext v = scope.own(evaluator.multiplyRescale(fresh(scope, scaledLogits, 1), toHalf));
      Ciphertext below = scope.own(belowMaximum(v));
      for (int i = 0; i < EXTENSIONS; i++) {
        below = scope.own(extended(fresh(scope, below, 2)));
      }
      below = scope.own(corrected(fresh(scope, below, 3)));
      Ciphertext y = scope.own(exponential.apply(fresh(scope, below, ChebyshevExponential.LEVELS)));
      return normalized(scope.own(masked(fresh(scope, y, 1))));
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
      Ciphertext halfSum = scope.own(term(sum, 0.5, level));
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
      Ciphertext line = scope.own(term(x, a, x2.level()));
      return evaluator.rescale(scope.own(evaluator.add(cube, line)));
    }
  }

  private Ciphertext extended(Ciphertext t) {
    double cube = -4.0 / 27 * EXTENSION_FACTOR * EXTENSION_FACTOR * EXTENSION_FACTOR;
    try (Ciphertext t2 = evaluator.multiplyRescale(t, t)) {
      return cubic(t, t2, EXTENSION_FACTOR, cube);
    }
  }

  /** t + e t^3 (1 - t^2), three levels lower. */
  private Ciphertext corrected(Ciphertext t) {
    double e = 0;
    for (int i = 0; i < EXTENSIONS; i++) {
      e += 4.0 / 27 * StrictMath.pow(EXTENSION_FACTOR, -2 * i);
    }
    try (Scope scope = new Scope()) {
      Ciphertext t2 = scope.own(evaluator.multiplyRescale(t, t));
      Ciphertext et = scope.own(evaluator.multiplyRescale(t, e));
      Ciphertext et3 = scope.own(evaluator.multiplyRescale(et, t2));
      Ciphertext rest = scope.own(evaluator.add(scope.own(evaluator.negate(t2)), 1));
      Ciphertext product =
          scope.own(
              evaluator.multiplyRescale(et3, scope.own(evaluator.dropToLevel(rest, et3.level()))));
      return evaluator.add(product, scope.own(evaluator.dropToLevel(t, product.level())));
    }
  }

  /** 0 in padded classes, a level lower. */
  private Ciphertext masked(Ciphertext y) {
    double[] mask = new double[evaluator.parameters().slotCount()];
    Arrays.fill(mask, 0, classes * stride, 1);
    try (Plaintext plain = evaluator.encode(mask, y.level())) {
      return evaluator.multiplyRescale(y, plain);
    }
  }

  /** y / s. */
  private Ciphertext normalized(Ciphertext y) {
    try (Scope scope = new Scope()) {
      Ciphertext scaled = scope.own(evaluator.multiplyRescale(fresh(scope, y, 1), 1.0 / classes));
      Ciphertext sum = scaled;
      for (int distance = 1; distance < paddedClasses; distance *= 2) {
        Ciphertext rotated = scope.own(evaluator.rotate(sum, distance * stride));
        sum = scope.own(evaluator.add(sum, rotated));
      }
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

  /** factor * y at a level not above y's, scale degree 2. */
  private Ciphertext term(Ciphertext y, double factor, int level) {
    try (Ciphertext dropped = evaluator.dropToLevel(y, level)) {
      return evaluator.multiply(dropped, factor);
    }
  }
}
