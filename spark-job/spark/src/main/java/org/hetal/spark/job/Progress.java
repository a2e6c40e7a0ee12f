package org.hetal.spark.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.plan.Schedule;
import org.hetal.training.TrainingListener;

/**
 * Tells a person how training goes. The estimate is the mean of the last steps times the steps left
 * if training is not stopped early.
 */
final class Progress implements TrainingListener {
  private static final int STEPS_REMEMBERED = 8;

  private final ProgressBar bar;
  private final Deque<Double> recent = new ArrayDeque<>();
  private Schedule schedule;

  Progress(ProgressBar bar) {
    this.bar = bar;
  }

  @Override
  public void started(Schedule schedule, int epochsDone) {
    this.schedule = schedule;
    if (epochsDone > 0) {
      bar.line("continuing after epoch " + epochsDone + " of " + schedule.epochs());
    }
  }

  @Override
  public void step(StepEvent event) {
    recent.addLast(event.gradientSeconds() + event.updateSeconds());
    if (recent.size() > STEPS_REMEMBERED) {
      recent.removeFirst();
    }
    int steps = schedule.epochs() * event.batches();
    double mean = recent.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    bar.show(
        event.step(),
        steps,
        String.format(
            Locale.ROOT,
            "epoch %d/%d  step %d/%d  %.1f s per step  at most %s left",
            event.epoch(),
            schedule.epochs(),
            event.step(),
            steps,
            mean,
            Units.duration(mean * (steps - event.step()))));
  }

  @Override
  public void epoch(EpochEvent event) {
    String reason = event.decision().reason();
    bar.line(
        String.format(
            Locale.ROOT,
            "epoch %d/%d  %s  validation oracle: %s%s%s",
            event.epoch(),
            schedule.epochs(),
            Units.duration(event.seconds()),
            event.decision().stop() ? "stop" : "continue",
            event.decision().best() ? ", best so far" : "",
            reason.isEmpty() ? "" : " (" + reason + ")"));
  }
}
