package org.hetal.owner.oracle;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Passes one line per minute on and counts the others. For lines that anybody who reaches the port
 * can cause.
 */
final class RateLimitedLog implements Consumer<String> {
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Consumer<String> lines;
  private long last = System.nanoTime() - PAUSE.toNanos();
  private long left;

  RateLimitedLog(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public synchronized void accept(String line) {
    long now = System.nanoTime();
    if (now - last < PAUSE.toNanos()) {
      left++;
      return;
    }
    lines.accept(left == 0 ? line : line + " (and " + left + " like it since the last line)");
    last = now;
    left = 0;
  }
}
