package org.hetal.spark.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.plan.Schedule;
import org.hetal.spark.ml.FitListener;

/**
 * Tells a person how training goes. The estimate is the mean of the last steps times the steps left
 * if training is not stopped early.
 */
final class Progress implements FitListener {
  private static final int STEPS_REMEMBERED = 8;

  private final ProgressBar bar;
  private final Deque<Double> recent = new ArrayDeque<>();
  private Schedule schedule;

  Progress(ProgressBar bar) {
    this.bar = bar;
  }

  @Override
  public void planned(Planned planned) {
    bar.line(
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
      bar.line(
          "done already: the model of epoch "
              + finished.bestEpoch()
              + " is in "
              + finished.model());
      return;
    }
    bar.line(
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
    bar.line(line);
  }

  @Override
  public void started(Schedule schedule, int epochsDone, int stepsDone) {
    this.schedule = schedule;
    int batch = stepsDone - epochsDone * schedule.batches();
    if (batch > 0) {
      bar.line(
          String.format(
              Locale.ROOT,
              "continuing in epoch %d of %d after minibatch %d of %d",
              epochsDone + 1,
              schedule.epochs(),
              batch,
              schedule.batches()));
    } else if (epochsDone > 0) {
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
