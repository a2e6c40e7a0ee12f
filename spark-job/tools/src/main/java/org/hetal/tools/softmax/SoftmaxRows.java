package org.hetal.tools.softmax;

import java.util.SplittableRandom;

/** Rows of logits to measure with, and their softmax in the clear. */
final class SoftmaxRows {
  private static final int KINDS = 4;

  private SoftmaxRows() {}

  /**
   * Centred logits within a bound, a quarter each: uniform; normal of many spreads; ties of several
   * leaders; leaders up to 20 apart.
   */
  static double[][] random(int count, int classes, double bound, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[count][];
    for (int i = 0; i < count; i++) {
      out[i] = centred(row(i % KINDS, classes, bound, random), bound);
    }
    return out;
  }

  private static double[] row(int kind, int classes, double bound, SplittableRandom random) {
    double[] x = new double[classes];
    double spread = bound / 3 * random.nextDouble();
    double depth = new double[] {0.01, 0.1, 0.5, 1}[random.nextInt(4)];
    double gap = kind == 3 ? 20 * random.nextDouble() : 0;
    for (int k = 0; k < classes; k++) {
      x[k] =
          switch (kind) {
            case 0 -> bound * random.nextDouble(-1, 1);
            case 1 -> spread * random.nextGaussian();
            default ->
                (random.nextInt(3) == 0 ? 0 : -2 * bound * depth * random.nextDouble())
                    + gap * random.nextDouble();
          };
    }
    return x;
  }

  private static double[] centred(double[] x, double bound) {
    double mean = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    double peak = 0;
    for (int k = 0; k < x.length; k++) {
      x[k] -= mean;
      peak = Math.max(peak, Math.abs(x[k]));
    }
    if (peak > bound) {
      for (int k = 0; k < x.length; k++) {
        x[k] *= bound / peak;
      }
    }
    return x;
  }

  static double[] exact(double[] x) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : x) {
      largest = Math.max(largest, value);
    }
    double[] y = new double[x.length];
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      y[k] = Math.exp(x[k] - largest);
      sum += y[k];
    }
    for (int k = 0; k < x.length; k++) {
      y[k] /= sum;
    }
    return y;
  }
}
