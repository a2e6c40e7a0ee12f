package org.hetal.training;

import java.io.Serializable;

/**
 * What the validation oracle finds out about an epoch. All but the decision stays with the data
 * owner.
 *
 * @param epoch completed epochs, from 1
 * @param loss mean cross-entropy of the validation rows, natural logarithm; their Brier score where
 *     it is computed on ciphertexts
 * @param accuracy share of the validation rows whose largest logit is the label's, 0 to 1; NaN
 *     where the loss is computed on ciphertexts
 * @param largestLogit the largest magnitude of a logit, centred (less its row's mean) or not; an
 *     upper bound of it, never below half of the range, where the loss is computed on ciphertexts
 * @param drift the largest magnitude of a row's mean logit: 0 in exact arithmetic, since gradients
 *     sum to zero over the classes; NaN where the loss is computed on ciphertexts
 * @param decision the answer
 * @serial exclude
 */
public record EpochMetrics(
    int epoch,
    double loss,
    double accuracy,
    double largestLogit,
    double drift,
    StopDecision decision)
    implements Serializable {

  /** {@return whether the oracle saw logits, and so an accuracy} */
  public boolean isOfLogits() {
    return !Double.isNaN(accuracy);
  }
}
