package org.hetal.spark.metrics;

import java.util.List;
import org.hetal.training.TrainingListener;

/** Passes each event on to several listeners, in the order of the list. */
public record Listeners(List<TrainingListener> all) implements TrainingListener {
  @Override
  public void started(int epochs, int batches, int epochsDone, int stepsDone) {
    all.forEach(listener -> listener.started(epochs, batches, epochsDone, stepsDone));
  }

  @Override
  public void step(StepEvent event) {
    all.forEach(listener -> listener.step(event));
  }

  @Override
  public void epoch(EpochEvent event) {
    all.forEach(listener -> listener.epoch(event));
  }

  @Override
  public void checkpointed(int epoch, boolean answered, double seconds) {
    all.forEach(listener -> listener.checkpointed(epoch, answered, seconds));
  }
}
