package org.hetal.spark.job;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.hetal.plan.Schedule;
import org.hetal.spark.ml.FitListener;

/**
 * Tells a person how training goes: one bar that is redrawn on a terminal, plain lines in a log.
 * The estimate is the mean of the last steps times the steps left if training is not stopped early.
 */
final class Progress implements FitListener {
  private static final int BAR_WIDTH = 24;
  private static final int STEPS_REMEMBERED = 8;
  private static final double SECONDS_BETWEEN_LINES = 10;

  private final PrintStream out;
  private final boolean bar;
  private final Deque<Double> recent = new ArrayDeque<>();
  private Schedule schedule;
  private double sinceLine = SECONDS_BETWEEN_LINES;

  /**
   * @param bar whether {@code out} is a terminal
   */
  Progress(PrintStream out, boolean bar) {
    this.out = out;
    this.bar = bar;
  }

  /** Whether the streams of this process are a terminal's. */
  static boolean onTerminal() {
    return System.console() != null && !"dumb".equals(System.getenv("TERM"));
  }

  @Override
  public void planned(Planned planned) {
    out.println(
        String.format(
            Locale.ROOT,
            "%d rows in %d minibatches of %d microbatches in all; %d features, %d classes; %d compact"
                + " ciphertexts of weights; %d bootstraps an iteration; engine %s, the executors' on %s; Spark"
                + " %s on %s",
            planned.rows(),
            planned.minibatches(),
            planned.microbatches(),
            planned.features(),
            planned.classes(),
            planned.weightCiphertexts(),
            planned.bootstrapsPerIteration(),
            planned.driverDevice(),
            planned.executorDevice(),
            planned.sparkVersion(),
            planned.master()));
  }

  @Override
  public void finished(Finished finished) {
    if (finished.alreadyDone()) {
      out.println(
          "done already: the model of epoch "
              + finished.bestEpoch()
              + " is in "
              + finished.model());
      return;
    }
    out.println(
        String.format(
            Locale.ROOT,
            "done: %d epochs, %d steps (%s); the model of epoch %d is in %s",
            finished.epochs(),
            finished.steps(),
            finished.reason(),
            finished.bestEpoch(),
            finished.model()));
  }

  @Override
  public void notice(String line) {
    out.println(line);
  }

  @Override
  public void started(Schedule schedule, int epochsDone) {
    this.schedule = schedule;
    if (epochsDone > 0) {
      line("continuing after epoch " + epochsDone + " of " + schedule.epochs());
    }
  }

  @Override
  public void step(StepEvent event) {
    double seconds = event.gradientSeconds() + event.updateSeconds();
    recent.addLast(seconds);
    if (recent.size() > STEPS_REMEMBERED) {
      recent.removeFirst();
    }
    int steps = schedule.epochs() * event.batches();
    double mean = recent.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    String state =
        String.format(
            Locale.ROOT,
            "epoch %d/%d  step %d/%d  %.1f s a step  at most %s left",
            event.epoch(),
            schedule.epochs(),
            event.step(),
            steps,
            mean,
            duration(mean * (steps - event.step())));
    if (bar) {
      int filled = (int) ((long) BAR_WIDTH * event.step() / steps);
      out.print(
          "\r\u001b[K[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "]  " + state);
      out.flush();
    } else {
      sinceLine += seconds;
      if (sinceLine >= SECONDS_BETWEEN_LINES) {
        sinceLine = 0;
        out.println(state);
      }
    }
  }

  @Override
  public void epoch(EpochEvent event) {
    String reason = event.decision().reason();
    line(
        String.format(
            Locale.ROOT,
            "epoch %d/%d  %s  validation oracle: %s%s%s",
            event.epoch(),
            schedule.epochs(),
            duration(event.seconds()),
            event.decision().stop() ? "stop" : "continue",
            event.decision().best() ? ", best so far" : "",
            reason.isEmpty() ? "" : " (" + reason + ")"));
  }

  private void line(String text) {
    out.println(bar ? "\r\u001b[K" + text : text);
  }

  /** {@code 42 s}, {@code 7 min}, {@code 3 h 05 min}. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 120) {
      return whole + " s";
    }
    long minutes = Math.round(seconds / 60);
    return minutes < 120
        ? minutes + " min"
        : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
  }
}
