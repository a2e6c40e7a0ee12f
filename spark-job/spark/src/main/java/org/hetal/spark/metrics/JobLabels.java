package org.hetal.spark.metrics;

import java.util.Locale;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.training.TrainingListener;
import org.slf4j.MDC;

/**
 * Labels the jobs of a training in Spark's UI and event log with where training is, such as "epoch
 * 3, minibatch 12 of 52", and gives each log line of driver and tasks the run's id, {@code
 * %X{mdc.run}} in a pattern of log4j. Whoever starts a job adds what it computes. Labels belong to
 * the thread that trains.
 */
public final class JobLabels implements TrainingListener {
  private static final String RUN = "mdc.run";

  private final JavaSparkContext spark;
  private int batches;

  /**
   * @param run id of the run
   */
  public JobLabels(JavaSparkContext spark, String run) {
    this.spark = spark;
    MDC.put(RUN, run);
    spark.setLocalProperty(RUN, run); // Spark hands mdc.* to the tasks
  }

  @Override
  public void started(int epochs, int minibatches, int epochsDone, int stepsDone) {
    batches = minibatches;
    minibatch(epochsDone + 1, stepsDone % minibatches + 1);
  }

  @Override
  public void step(StepEvent event) {
    if (event.batch() + 1 < event.batches()) {
      minibatch(event.epoch(), event.batch() + 2);
    } else {
      label("epoch %d", event.epoch());
    }
  }

  @Override
  public void epoch(EpochEvent event) {
    minibatch(event.epoch() + 1, 1);
  }

  private void minibatch(int epoch, int batch) {
    label("epoch %d, minibatch %d of %d", epoch, batch, batches);
  }

  private void label(String format, Object... values) {
    spark.setJobDescription(String.format(Locale.ROOT, format, values));
  }
}
