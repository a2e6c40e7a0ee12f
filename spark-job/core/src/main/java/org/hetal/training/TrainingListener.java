package org.hetal.training;

/** Told about progress, on the thread of {@link Trainer#run()}; for bars, logs and metrics. */
public interface TrainingListener {
  /** Nobody listens. */
  TrainingListener NONE = new TrainingListener() {};

  /**
   * Called before the first step.
   *
   * @param epochs that the training has at most
   * @param batches minibatches per epoch
   * @param epochsDone above 0 for a resumed run; the last of them may still want its answer, and
   *     then has its {@link #epoch} event again
   * @param stepsDone at least {@code epochsDone * batches}; more where a run resumes inside an
   *     epoch
   */
  default void started(int epochs, int batches, int epochsDone, int stepsDone) {}

  /**
   * Called after the update and refresh of each minibatch.
   *
   * @param event where the training is, and times
   */
  default void step(StepEvent event) {}

  /**
   * Called after the validation oracle's answer to each epoch.
   *
   * @param event the answer, and times
   */
  default void epoch(EpochEvent event) {}

  /**
   * Called after a checkpoint is committed: twice per epoch, before the validation oracle is asked
   * and with its answer; and inside an epoch every so many steps as the trainer was told.
   *
   * @param epoch completed epochs; 0 inside the first one
   * @param answered whether the checkpoint has the answer
   * @param seconds spent on writing it
   */
  default void checkpointed(int epoch, boolean answered, double seconds) {}

  /**
   * What happened in a step.
   *
   * @param epoch the running epoch, from 1
   * @param batch the minibatch just done, from 0
   * @param batches minibatches per epoch
   * @param step steps done since the start of training, resumed parts included
   * @param gradientSeconds spent by the workers
   * @param updateSeconds spent on the update and the refresh
   */
  record StepEvent(
      int epoch, int batch, int batches, int step, double gradientSeconds, double updateSeconds) {}

  /**
   * What happened in an epoch.
   *
   * @param epoch completed epochs, from 1
   * @param seconds of the epoch, validation included
   * @param validationSeconds spent by the workers on the validation logits, or by workers and
   *     driver on the encrypted validation loss
   * @param oracleSeconds spent waiting for the answer
   * @param decision the answer
   */
  record EpochEvent(
      int epoch,
      double seconds,
      double validationSeconds,
      double oracleSeconds,
      StopDecision decision) {}
}
