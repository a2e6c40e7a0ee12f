package org.hetal.training;

import java.util.List;
import org.hetal.plan.Levels;

/**
 * How a training ended.
 *
 * @param best serialized compact weights / 2^k of the best epoch at {@link
 *     Levels#validationWeights()}; empty only if the validation oracle called no epoch the best
 * @param bestEpoch from 1; 0 when {@code best} is empty
 * @param epochs completed, resumed parts included
 * @param steps completed, resumed parts included
 * @param reason why it ended, one line
 */
public record TrainingResult(
    List<byte[]> best, int bestEpoch, int epochs, int steps, String reason) {
  /**
   * Copies the list.
   *
   * @param best serialized compact weights; empty for none
   * @param bestEpoch from 1; 0 for none
   * @param epochs completed
   * @param steps completed
   * @param reason one line
   */
  public TrainingResult {
    best = List.copyOf(best);
  }
}
