package org.hetal.training;

import java.util.List;
import org.hetal.plan.Levels;

/**
 * All that is needed to go on after an epoch, or after a minibatch inside one, and end with the
 * same bytes. It holds ciphertexts and counters, nothing secret.
 *
 * @param configurationHash of everything that decides the bytes (data set, schedule, parameters,
 *     key); a run resumes only under the same
 * @param epoch completed epochs
 * @param answered whether the validation oracle's answer on {@code epoch} is part of this; if not,
 *     a continued run asks for it before anything else
 * @param batch completed minibatches of the next epoch; 0 at the end of an epoch
 * @param step completed steps
 * @param lambda of the next step, see {@link Momentum}
 * @param weights serialized compact state W
 * @param lookahead serialized compact state V
 * @param bestEpoch the epoch whose weights {@code best} are; 0 when there are none yet
 * @param best serialized compact weights of the best epoch at {@link Levels#validationWeights()};
 *     empty when there are none yet
 * @param finished whether training has ended with this epoch
 * @param reason why it ended; empty while it has not
 */
public record Checkpoint(
    String configurationHash,
    int epoch,
    boolean answered,
    int batch,
    int step,
    double lambda,
    List<byte[]> weights,
    List<byte[]> lookahead,
    int bestEpoch,
    List<byte[]> best,
    boolean finished,
    String reason) {
  /**
   * Copies the lists.
   *
   * @param configurationHash of everything that decides the bytes
   * @param epoch completed epochs
   * @param answered whether the answer on {@code epoch} is part of this
   * @param batch completed minibatches of the next epoch
   * @param step completed steps
   * @param lambda of the next step
   * @param weights serialized compact state W
   * @param lookahead serialized compact state V
   * @param bestEpoch the epoch of {@code best}; 0 for none
   * @param best serialized compact weights; empty for none
   * @param finished whether training has ended with this epoch
   * @param reason why it ended; empty while it has not
   */
  public Checkpoint {
    weights = List.copyOf(weights);
    lookahead = List.copyOf(lookahead);
    best = List.copyOf(best);
  }

  /** Epochs whose answer is part of this. */
  int epochsAnswered() {
    return answered ? epoch : epoch - 1;
  }
}
