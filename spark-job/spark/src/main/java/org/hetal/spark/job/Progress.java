package org.hetal.spark.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.spark.ml.FitListener;

/**
 * Tells a person how training goes. The estimate is the mean of the last steps times the steps
 * left, and the last validation times the validations left, if training is not stopped early. Until
 * this process has done a validation the estimate is without validations and says so. The first
 * step of a process opens engines and keys; the estimate comes with the second one.
 */
final class Progress implements FitListener {
  private static final int STEPS_REMEMBERED = 8;

  private final ProgressBar bar;
  private final Deque<Double> recent = new ArrayDeque<>();
  private int epochs;
  private int stepsHere;
  private boolean isValidated;
  private double validationSeconds;

  Progress(ProgressBar bar) {
    this.bar = bar;
  }

  @Override
  public void planned(Planned planned) {
    bar.line(
        String.format(
            Locale.ROOT,
            "%s%s in %s of %s in all; %s, %d classes; %s of weights; %s an iteration; engine %s, the"
                + " executors' on %s; Spark %s on %s",
            Units.count(planned.rows(), "row"),
            planned.owners() == 1 ? "" : " of " + planned.owners() + " owners",
            Units.count(planned.minibatches(), "minibatch", "minibatches"),
            Units.count(planned.microbatches(), "microbatch", "microbatches"),
            Units.count(planned.features(), "feature"),
            planned.classes(),
            Units.count(planned.weightCiphertexts(), "compact ciphertext"),
            Units.count(planned.bootstrapsPerIteration(), "bootstrap"),
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
            "done: %s, %s (%s); the model of epoch %d is in %s",
            Units.count(finished.epochs(), "epoch"),
            Units.count(finished.steps(), "step"),
            finished.reason(),
            finished.bestEpoch(),
            finished.model()));
  }

  @Override
  public void notice(String line) {
    bar.line(line);
  }

  @Override
  public void started(int epochs, int batches, int epochsDone, int stepsDone) {
    this.epochs = epochs;
    int batch = stepsDone - epochsDone * batches;
    if (batch > 0) {
      bar.line(
          String.format(
              Locale.ROOT,
              "continuing in epoch %d of %d after minibatch %d of %d",
              epochsDone + 1,
              epochs,
              batch,
              batches));
    } else if (epochsDone > 0) {
      bar.line("continuing after epoch " + epochsDone + " of " + epochs);
    }
  }

  @Override
  public void step(StepEvent event) {
    stepsHere++;
    if (stepsHere == 2) {
      recent.clear();
    }
    recent.addLast(event.gradientSeconds() + event.updateSeconds());
    if (recent.size() > STEPS_REMEMBERED) {
      recent.removeFirst();
    }
    int steps = epochs * event.batches();
    double mean = recent.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    bar.show(
        event.step(),
        steps,
        String.format(
            Locale.ROOT,
            "epoch %d/%d  step %d/%d  %.1f s per step  %s",
            event.epoch(),
            epochs,
            event.step(),
            steps,
            mean,
            stepsHere == 1 && event.step() < steps
                ? "the next step gives an estimate"
                : left(
                    mean * (steps - event.step())
                        + validationSeconds * (epochs - event.epoch() + 1),
                    isValidated)));
  }

  /**
   * The time left if training is not stopped early, for people.
   *
   * @param isValidated whether a validation was measured, so that the seconds have those to come
   */
  static String left(double seconds, boolean isValidated) {
    return "at most "
        + Units.duration(seconds)
        + " left"
        + (isValidated ? "" : ", without validations");
  }

  @Override
  public void epoch(EpochEvent event) {
    isValidated = true;
    validationSeconds = event.validationSeconds() + event.oracleSeconds();
    String reason = event.decision().reason();
    bar.line(
        String.format(
            Locale.ROOT,
            "epoch %d/%d  %s  validation oracle: %s%s%s",
            event.epoch(),
            epochs,
            Units.duration(event.seconds()),
            event.decision().stop() ? "stop" : "continue",
            event.decision().best() ? ", best so far" : "",
            reason.isEmpty() ? "" : " (" + reason + ")"));
  }
}
