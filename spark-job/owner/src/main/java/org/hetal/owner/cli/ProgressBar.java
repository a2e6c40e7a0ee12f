package org.hetal.owner.cli;

import java.io.PrintStream;
import java.util.Locale;
import org.hetal.owner.data.WorkProgress;

/**
 * How far long work is, with an estimate: a bar that is redrawn on a terminal, a line every ten
 * seconds in a log.
 */
final class ProgressBar implements WorkProgress, AutoCloseable {
  private static final int WIDTH = 24;
  private static final long LINE_EVERY = 10_000_000_000L;

  private final PrintStream out;
  private final String what;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private long lastLine = start;

  private ProgressBar(PrintStream out, String what, boolean terminal) {
    this.out = out;
    this.what = what;
    this.terminal = terminal;
  }

  static ProgressBar start(PrintStream out, String what) {
    return new ProgressBar(
        out, what, System.console() != null && !"dumb".equals(System.getenv("TERM")));
  }

  @Override
  public synchronized void accept(int done, int of) {
    long now = System.nanoTime();
    double seconds = (now - start) * 1e-9;
    String text =
        String.format(Locale.ROOT, "%s %d/%d, %s left", what, done, of, left(seconds, done, of));
    if (terminal) {
      int filled = (int) ((long) WIDTH * done / Math.max(1, of));
      out.print("\r\u001b[K[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + text);
      out.flush();
    } else if (now - lastLine >= LINE_EVERY) {
      lastLine = now;
      out.println(text);
    }
  }

  private static String left(double seconds, int done, int of) {
    return done == 0 ? "some time" : Sizes.seconds(seconds / done * (of - done));
  }

  /** Clears the bar. */
  @Override
  public synchronized void close() {
    if (terminal) {
      out.print("\r\u001b[K");
      out.flush();
    }
  }
}
