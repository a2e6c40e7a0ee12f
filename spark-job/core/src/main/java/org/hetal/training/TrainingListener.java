package org.hetal.training;

import org.hetal.plan.Schedule;

/** Told about progress, on the thread of {@link Trainer#run()}; for bars, logs and metrics. */
public interface TrainingListener {
  /** Nobody listens. */
  TrainingListener NONE = new TrainingListener() {};

  /**
   * Before the first step.
   *
   * @param epochsDone above 0 for a resumed run; the last of them may still want its answer, and
   *     then has its {@link #epoch} event again
   */
  default void started(Schedule schedule, int epochsDone) {}

  default void step(StepEvent event) {}

  default void epoch(EpochEvent event) {}

  /**
   * After a checkpoint is committed: twice an epoch, before the validation oracle is asked and with
   * its answer.
   */
  default void checkpointed(int epoch, boolean answered, double seconds) {}

  /**
   * After the update and refresh of a minibatch.
   *
   * @param epoch the running epoch, from 1
   * @param batch the minibatch just done, from 0, of {@code batches}
   * @param step steps done since the start of training, resumed parts included
   * @param gradientSeconds spent by the workers
   * @param updateSeconds spent on the update and the refresh
   */
  record StepEvent(
      int epoch, int batch, int batches, int step, double gradientSeconds, double updateSeconds) {}

  /**
   * After the validation oracle's answer.
   *
   * @param epoch completed epochs, from 1
   * @param seconds of the epoch, validation included
   * @param validationSeconds spent by the workers on the validation logits
   * @param oracleSeconds spent waiting for the answer
   */
  record EpochEvent(
      int epoch,
      double seconds,
      double validationSeconds,
      double oracleSeconds,
      StopDecision decision) {}
}
