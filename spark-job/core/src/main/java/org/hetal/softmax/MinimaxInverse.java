package org.hetal.softmax;

/**
 * The polynomial p of degree n - 1 that minimises max |1 - s p(s)| on an interval: 1 - s p(s) =
 * T_n(z) / T_n(z0) with T the Chebyshev polynomials, z = (high + low - 2s) / (high - low), z0 = z
 * at s = 0. For n = 2^m, from T_2j = 2 T_j^2 - 1 again and again,
 *
 * <pre>
 * p(s) = 2^m / T_n(z0) * 2 / (high - low) * product over i &lt; m of (T_{2^i}(z0) + T_{2^i}(z))
 * </pre>
 *
 * @param logDegree m; n = 2^m
 */
record MinimaxInverse(Interval interval, int logDegree) {

  /** The least n = 2^m, up to 2^maxLog, whose {@link #error} is at most the given one. */
  static MinimaxInverse within(Interval interval, double error, int maxLog) {
    for (int m = 1; m <= maxLog; m++) {
      MinimaxInverse inverse = new MinimaxInverse(interval, m);
      if (inverse.error() <= error) {
        return inverse;
      }
    }
    throw new IllegalArgumentException(
        "inverse on " + interval + ": no degree below 2^" + maxLog + " has an error of " + error);
  }

  /** The half-width of the interval. */
  double halfWidth() {
    return (interval.high() - interval.low()) / 2;
  }

  double centre() {
    return (interval.high() + interval.low()) / 2;
  }

  /** T_{2^i}(z0), greater than 1. */
  double chebyshevAtZero(int i) {
    double z0 = centre() / halfWidth();
    // acosh in a form that keeps its digits for z0 close to 1
    double angle = StrictMath.log(z0 + Math.sqrt((z0 - 1) * (z0 + 1)));
    return StrictMath.cosh((1 << i) * angle);
  }

  /** max |1 - s p(s)| on the interval: the relative error of the inverse. */
  double error() {
    return 1 / chebyshevAtZero(logDegree);
  }
}
