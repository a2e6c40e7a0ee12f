package org.hetal.command;

import java.util.Locale;

/** Counts, sizes and durations as every command prints them. */
public final class Units {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  private Units() {}

  /** {@code 1 epoch} or {@code 1,200 rows}; the plural of the noun ends with s. */
  public static String count(long number, String noun) {
    return count(number, noun, noun + "s");
  }

  /** {@code 1 minibatch} or {@code 3 minibatches}. */
  public static String count(long number, String noun, String plural) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? noun : plural);
  }

  /** {@code 2.93 GB}; powers of 1000. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.1f %s", value, UNITS[unit]);
  }

  /** {@code 42.0 s}, {@code 7 min 05 s} or {@code 3 h 05 min}. */
  public static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }
}
