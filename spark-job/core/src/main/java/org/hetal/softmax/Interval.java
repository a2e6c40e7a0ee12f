package org.hetal.softmax;

/** A closed interval of positive numbers: where a row's s2, the sum of its squares, lies. */
record Interval(double low, double high) {

  Interval {
    if (!(low > 0 && low <= high && Double.isFinite(high))) {
      throw new IllegalArgumentException(
          "interval: expected 0 < low <= high, actual " + low + ", " + high);
    }
  }

  Interval widened(double factor) {
    return new Interval(low / factor, high * factor);
  }
}
