package org.hetal.spark.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hetal.command.Units;
import org.hetal.format.Shown;
import org.hetal.plan.Schedule;
import org.hetal.report.RunHistory;
import org.hetal.report.RunMetrics;
import org.hetal.report.RunSummary;
import org.hetal.spark.storage.RunLock;

/**
 * Where a run stands, for people.
 *
 * @param run its directory
 * @param holder of the run's lock
 */
record RunStatus(String run, RunHistory history, Optional<RunLock.Holder> holder, Instant now) {
  private static final String FORMAT = "%-10s%s";

  /** Of a run whose process has not written anything yet. */
  static List<String> starting(String run, RunLock.Holder holder, Instant now) {
    return List.of(
        line("run", run + ": " + (holder.isAlive() ? "starting" : "interrupted at its start")),
        line("progress", "none yet"),
        line("time", "unknown yet"),
        line("decision", "none yet"),
        line("lock", lock(holder, now)));
  }

  /** Five lines: run, progress, time, decision, lock. */
  List<String> lines() {
    return List.of(
        line("run", run + ": " + state()),
        line("progress", progress()),
        line("time", time()),
        line("decision", history.lastEpoch().map(RunStatus::decision).orElse("none yet")),
        line("lock", holder.map(held -> lock(held, now)).orElse("none: no process has this run")));
  }

  private String state() {
    boolean alive = holder.map(RunLock.Holder::isAlive).orElse(false);
    if (history.summary().isPresent()) {
      return "finished";
    }
    if (alive) {
      return history.isFinished() ? "writing the model" : "running";
    }
    return "interrupted; the same hetal train continues it";
  }

  private String progress() {
    Schedule schedule = history.plan().schedule();
    int step = history.metrics().lastStep();
    if (step == 0) {
      return format("epoch 1 of %d, step 0 of %d", schedule.epochs(), history.mostSteps());
    }
    int epoch = history.steps().get(history.steps().size() - 1).epoch();
    return format(
            "epoch %d of %d, step %d of %d", epoch, schedule.epochs(), step, history.mostSteps())
        + history
            .summary()
            .map(
                summary ->
                    "; " + summary.reason() + "; the model is of epoch " + summary.best_epoch())
            .orElse("");
  }

  private String time() {
    if (history.summary().isPresent()) {
      RunSummary summary = history.summary().get();
      return format(
          "%.2f s per step, %s in all",
          summary.seconds_per_iteration(), Units.duration(summary.seconds()));
    }
    if (history.steps().isEmpty()) {
      return "unknown before the first step";
    }
    double step = history.metrics().secondsPerStep();
    return history.isFinished()
        ? format("%.2f s per step; no step left", step)
        : format("%.2f s per step; ", step)
            + Progress.left(secondsLeft(step), !history.epochs().isEmpty());
  }

  /**
   * All steps that are left when the oracle never answers stop, and validations like those done.
   */
  private double secondsLeft(double perStep) {
    Schedule schedule = history.plan().schedule();
    double perValidation =
        history.epochs().stream()
            .mapToDouble(epoch -> epoch.validationSeconds() + epoch.oracleSeconds())
            .average()
            .orElse(0);
    return perStep * (history.mostSteps() - history.metrics().lastStep())
        + perValidation * (schedule.epochs() - history.epochs().size());
  }

  private static String decision(RunMetrics.Epoch epoch) {
    return format("epoch %d: %s", epoch.epoch(), epoch.stop() ? "stop" : "continue")
        + (epoch.best() ? ", best so far" : "")
        + (epoch.reason().isEmpty() ? "" : " (" + epoch.reason() + ")");
  }

  private static String lock(RunLock.Holder holder, Instant now) {
    long seconds = Duration.between(holder.renewed(), now).toSeconds();
    String renewed =
        seconds < -RunLock.AHEAD_SECONDS
            ? "renewed by a clock that is " + Units.duration(-seconds) + " ahead of this machine's"
            : "renewed " + Units.duration(Math.max(0, seconds)) + " ago";
    return holder.name()
        + ", "
        + renewed
        + (holder.isAlive() ? "" : "; it has ended, or has not renewed the lock in time");
  }

  private static String line(String name, String value) {
    return format(FORMAT, name, Shown.printable(value));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
