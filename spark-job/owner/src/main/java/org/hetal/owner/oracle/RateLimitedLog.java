package org.hetal.owner.oracle;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Passes some lines per minute on and counts the others. For lines that somebody else can cause.
 */
final class RateLimitedLog implements Consumer<String> {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final int perMinute;
  private final Consumer<String> lines;
  private long start = System.nanoTime();
  private int passed;
  private long left;

  /**
   * @param perMinute at least 1
   */
  RateLimitedLog(int perMinute, Consumer<String> lines) {
    this.perMinute = perMinute;
    this.lines = lines;
  }

  @Override
  public synchronized void accept(String line) {
    long now = System.nanoTime();
    if (now - start >= MINUTE.toNanos()) {
      start = now;
      passed = 0;
    }
    if (passed >= perMinute) {
      left++;
      return;
    }
    lines.accept(left == 0 ? line : line + " (and " + left + " like it since the last line)");
    passed++;
    left = 0;
  }
}
