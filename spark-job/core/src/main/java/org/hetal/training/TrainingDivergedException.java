package org.hetal.training;

/**
 * A value left the range that the evaluator can bootstrap: training has diverged. The message names
 * the epoch, the minibatch and the settings to change. Commands exit with 78.
 */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: epoch, minibatch and the settings to change
   * @param cause what the evaluator threw
   */
  public TrainingDivergedException(String message, Throwable cause) {
    super(message, cause);
  }
}
