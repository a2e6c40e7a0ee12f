package org.hetal.owner.cli;

import java.util.Locale;

/** Formats bytes and seconds for messages, with a unit that fits the size. */
final class Sizes {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  private Sizes() {}

  /** {@code 2.93 GB}; powers of 1000. */
  static String bytes(long bytes) {
    double value = bytes;
    int microbatch = 0;
    while (value >= 1000 && microbatch < UNITS.length - 1) {
      value /= 1000;
      microbatch++;
    }
    return microbatch == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.1f %s", value, UNITS[microbatch]);
  }

  /** {@code 42 s} or {@code 7 min 05 s}. */
  static String seconds(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
  }
}
