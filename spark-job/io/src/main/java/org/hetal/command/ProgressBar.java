package org.hetal.command;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.hetal.format.Shown;

/**
 * How far a long piece of work is: on a terminal a bar that is redrawn, in a log a line every ten
 * seconds. Several threads may call it.
 */
public final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 24;
  private static final long NANOS_BETWEEN_LINES = 10_000_000_000L;
  private static final String ERASE = "\r\u001b[K";

  private final PrintStream out;
  private final String what;
  private final boolean terminal;
  private final LongSupplier nanos;
  private final long start;
  private long lastLine;
  private String lastText = "";

  /**
   * @param what stands before the numbers of {@link #accept}, e.g. {@code keygen: keys}
   * @param terminal whether {@code out} is one
   * @param nanos a clock
   */
  public ProgressBar(PrintStream out, String what, boolean terminal, LongSupplier nanos) {
    this.out = out;
    this.what = what;
    this.terminal = terminal;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.lastLine = start;
  }

  /** A bar on the process's output. */
  public static ProgressBar start(PrintStream out, String what) {
    return new ProgressBar(out, what, onTerminal(), System::nanoTime);
  }

  /** No bar: only what {@link #line} prints. */
  static ProgressBar linesOnly(PrintStream out) {
    return new ProgressBar(out, "", false, () -> 0);
  }

  /** Whether the streams of this process are a terminal's. */
  public static boolean onTerminal() {
    return System.console() != null && !"dumb".equals(System.getenv("TERM"));
  }

  /** Shows the count and an estimate of the time that is left. */
  public synchronized void accept(int done, int of) {
    double seconds = (nanos.getAsLong() - start) * 1e-9;
    String left = done == 0 ? "some time" : Units.duration(seconds / done * (of - done));
    show(done, of, String.format(Locale.ROOT, "%s %d/%d, %s left", what, done, of, left));
  }

  /** Shows a text beside the bar. A log gets no text twice in a row. */
  public synchronized void show(int done, int of, String text) {
    if (terminal) {
      int filled = (int) ((long) WIDTH * done / Math.max(1, of));
      out.print(ERASE + "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + text);
      out.flush();
    } else if (nanos.getAsLong() - lastLine >= NANOS_BETWEEN_LINES && !text.equals(lastText)) {
      lastLine = nanos.getAsLong();
      lastText = text;
      out.println(text);
    }
  }

  /**
   * Prints a line of its own, in place of the bar until that is drawn again. What a terminal would
   * not show as text is escaped: other parties wrote some of it.
   */
  public synchronized void line(String text) {
    String printable = Shown.printable(text);
    out.println(terminal ? ERASE + printable : printable);
  }

  /** Clears the bar. */
  @Override
  public synchronized void close() {
    if (terminal) {
      out.print(ERASE);
      out.flush();
    }
  }
}
