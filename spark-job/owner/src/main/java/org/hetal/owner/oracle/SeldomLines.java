package org.hetal.owner.oracle;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Lets a line through once a minute and counts the others: anybody who reaches the port can cause
 * them.
 */
final class SeldomLines implements Consumer<String> {
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Consumer<String> lines;
  private long last = System.nanoTime() - PAUSE.toNanos();
  private long left;

  SeldomLines(Consumer<String> lines) {
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
