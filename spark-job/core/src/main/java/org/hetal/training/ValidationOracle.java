package org.hetal.training;

import java.util.List;

/** The data owner's oracle as the cluster sees it. */
@FunctionalInterface
public interface ValidationOracle {
  /**
   * Asks, before the first step of a run or of its continuation, whether the validation oracle is
   * there and will answer this run. It costs no answer.
   *
   * @param epochsAnswered epochs whose answer the run has, 0 for a new run
   */
  default void greet(int epochsAnswered) {}

  /**
   * Decides on the weights of an epoch by what the cluster computed for it.
   *
   * <p>Asking twice for the same epoch is allowed (a run that was killed asks again) and gives the
   * same answer.
   *
   * @param epoch completed epochs, from 1
   * @param question a serialized ciphertext for each group of validation rows, in order, in logits
   *     layout, holding logits / 2^k; or, where the plan has a loss on ciphertexts, one ciphertext
   *     of {@link EncryptedLoss#total}
   * @return whether to stop, and whether this epoch is the best so far
   */
  StopDecision decide(int epoch, List<byte[]> question);
}
