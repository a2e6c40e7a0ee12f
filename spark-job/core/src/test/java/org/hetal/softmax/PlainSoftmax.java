package org.hetal.softmax;

import java.util.List;
import java.util.SplittableRandom;

/**
 * The softmax in the clear, twice: exactly, and the chain in plain arithmetic straight from the
 * formulas (no units, no levels, the last inverse by its Chebyshev definition). What the encrypted
 * chain is compared with.
 */
final class PlainSoftmax {
  private PlainSoftmax() {}

  static double[] exact(double[] x) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : x) {
      largest = Math.max(largest, value);
    }
    double[] y = new double[x.length];
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      y[i] = Math.exp(x[i] - largest);
      sum += y[i];
    }
    return scaled(y, 1 / sum);
  }

  /**
   * The chain for 2 to 16 classes.
   *
   * @param intervals if not null, gets s2 before each squaring, the last one included
   */
  static double[] chain(double[] x, int squarings, List<Double> intervals) {
    return chain(Coefficients.shipped().entry(x.length), x, squarings, intervals);
  }

  static double[] chain(
      Coefficients.Entry entry, double[] x, int squarings, List<Double> intervals) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = polynomial(Coefficients.shipped().exponential(), x[i] / Math.pow(2, squarings));
    }
    y = scaled(y, entry.a() - entry.b() * powerSum(y, 1));
    for (Coefficients.Step step : entry.steps().subList(0, squarings - 1)) {
      double s1 = powerSum(y, 1);
      double s2 = powerSum(y, 2);
      if (intervals != null) {
        intervals.add(s2);
      }
      double[] b = step.b();
      double factor = b[0] + b[1] * s1 + b[2] * s2;
      if (!step.isShort()) {
        double q = step.q()[0] + step.q()[1] * s1 - s2;
        factor += b[3] * powerSum(y, 3) + b[4] * (powerSum(y, 4) + q * q);
        factor *= q;
      }
      y = scaled(squared(y), factor);
    }
    double s2 = powerSum(y, 2);
    if (intervals != null) {
      intervals.add(s2);
    }
    Interval last = entry.steps().get(squarings - 2).after();
    MinimaxInverse inverse = MinimaxInverse.within(last.widened(1.02), 2e-5, 7);
    return scaled(squared(y), inverse(inverse.interval(), 1 << inverse.logDegree(), s2));
  }

  /** (1 - T_n(z) / T_n(z0)) / s. */
  static double inverse(Interval interval, int n, double s) {
    double z0 = (interval.high() + interval.low()) / (interval.high() - interval.low());
    double z = z0 - 2 * s / (interval.high() - interval.low());
    return (1 - chebyshev(n, z) / chebyshev(n, z0)) / s;
  }

  /** T_n(z) by the three-term recurrence. */
  static double chebyshev(int n, double z) {
    double before = 1;
    double now = z;
    for (int i = 1; i < n; i++) {
      double next = 2 * z * now - before;
      before = now;
      now = next;
    }
    return now;
  }

  static double polynomial(double[] ascending, double u) {
    double sum = 0;
    for (int j = ascending.length - 1; j >= 0; j--) {
      sum = sum * u + ascending[j];
    }
    return sum;
  }

  static double powerSum(double[] y, int power) {
    double sum = 0;
    for (double value : y) {
      double product = value;
      for (int i = 1; i < power; i++) {
        product *= value;
      }
      sum += product;
    }
    return sum;
  }

  static double[] scaled(double[] y, double factor) {
    double[] out = y.clone();
    for (int i = 0; i < y.length; i++) {
      out[i] *= factor;
    }
    return out;
  }

  private static double[] squared(double[] y) {
    double[] out = y.clone();
    for (int i = 0; i < y.length; i++) {
      out[i] *= y[i];
    }
    return out;
  }

  /**
   * Centred logits within a bound, {@code 4 * count} rows: uniform; normal with one favoured class;
   * ties of 2 and more leaders; the same with gaps of up to 20. The last row is all zero.
   */
  static double[][] cases(int count, int classes, double bound, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] rows = new double[4 * count][classes];
    for (int n = 0; n < count; n++) {
      double[] tie = tie(classes, bound, random);
      double gap = 20 * random.nextDouble();
      double spread = (0.01 + 0.99 * random.nextDouble()) * bound / 3;
      int favoured = random.nextInt(classes);
      for (int i = 0; i < classes; i++) {
        rows[n][i] = bound * (2 * random.nextDouble() - 1);
        rows[count + n][i] = spread * random.nextGaussian();
        rows[2 * count + n][i] = tie[i];
        rows[3 * count + n][i] = tie[i] + gap * random.nextDouble();
      }
      rows[count + n][favoured] += 3 * spread * random.nextDouble();
    }
    for (double[] row : rows) {
      centre(row, bound);
    }
    rows[4 * count - 1] = new double[classes];
    return rows;
  }

  private static double[] tie(int classes, double bound, SplittableRandom random) {
    double[] out = new double[classes];
    double depth = new double[] {0.01, 0.1, 0.5, 1}[random.nextInt(4)];
    int leaders = 1 + random.nextInt(classes);
    for (int i = 0; i < classes; i++) {
      out[i] = -2 * bound * random.nextDouble() * depth;
    }
    for (int i = 0; i < leaders; i++) {
      out[random.nextInt(classes)] = 0;
    }
    return out;
  }

  private static void centre(double[] row, double bound) {
    double mean = powerSum(row, 1) / row.length;
    double peak = 0;
    for (int i = 0; i < row.length; i++) {
      row[i] -= mean;
      peak = Math.max(peak, Math.abs(row[i]));
    }
    if (peak > bound) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= bound / peak;
      }
    }
  }
}
