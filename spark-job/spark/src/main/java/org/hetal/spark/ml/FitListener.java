package org.hetal.spark.ml;

import org.hetal.training.TrainingListener;

/**
 * Is told how far {@link EncryptedSoftmaxRegression#fit} is, on the thread that called it. Loss and
 * accuracy are not known here: the data owner's oracle tells its own listener.
 */
public interface FitListener extends TrainingListener {

  /**
   * Before the first step.
   *
   * @param planned what will be trained
   */
  default void planned(Planned planned) {}

  /**
   * After the model is stored.
   *
   * @param finished how it ended
   */
  default void finished(Finished finished) {}

  /**
   * When something happened that the caller may want to know, such as an oracle that does not
   * answer yet.
   *
   * @param line one line of text
   */
  default void notice(String line) {}

  /**
   * What will be trained.
   *
   * @param rows in minibatches
   * @param owners whose data sets they are
   * @param minibatches per epoch
   * @param microbatches per epoch
   * @param features columns of a row, the bias included
   * @param classes of labels
   * @param weightCiphertexts compact ciphertexts of the weights
   * @param bootstrapsPerIteration of a full minibatch
   * @param driverDevice what the driver's engine computes on
   * @param executorDevice cpu or cuda
   * @param sparkVersion version of Spark
   * @param master of Spark
   */
  record Planned(
      int rows,
      int owners,
      int minibatches,
      int microbatches,
      int features,
      int classes,
      int weightCiphertexts,
      int bootstrapsPerIteration,
      String driverDevice,
      String executorDevice,
      String sparkVersion,
      String master) {}

  /**
   * How the training ended.
   *
   * @param epochs completed, those before a restart included
   * @param steps completed, those before a restart included
   * @param bestEpoch of the model, from 1
   * @param reason why it ended, one line
   * @param model where it is
   * @param alreadyDone whether the model was there before this call
   */
  record Finished(
      int epochs, int steps, int bestEpoch, String reason, String model, boolean alreadyDone) {}
}
