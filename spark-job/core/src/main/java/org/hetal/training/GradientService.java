package org.hetal.training;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.plan.Levels;
import org.hetal.plan.LossPlan;
import org.hetal.plan.RowCounts;
import org.hetal.plan.TrainingPlan;

/**
 * Where the work on ciphertexts is done that needs encrypted rows or evaluation keys. The trainer
 * owns the state and calls these once a step and once an epoch; implementations run {@link
 * MicrobatchGradient}, {@link NesterovUpdate}, {@link ValidationLogits} and {@link EncryptedLoss}
 * on whatever holds the data and the keys.
 */
public interface GradientService {
  /** {@return the rows that are there: minibatches of an epoch in order, and validation rows} */
  RowCounts rows();

  /**
   * The gradient of a minibatch: the sum over its microbatches of {@link
   * MicrobatchGradient#compute}.
   *
   * @param compactLookahead the point at which the gradient is taken, divided by 2^k, in compact
   *     form at {@link Levels#forward()}; the caller's to close
   * @param batch 0 to {@code rows().batches() - 1}
   * @param factor {@link TrainingPlan#gradientFactor}
   * @return compact form at {@link Levels#gradient()}; the caller closes it
   */
  List<Ciphertext> gradient(List<Ciphertext> compactLookahead, int batch, double factor);

  /**
   * The state after a step: {@link NesterovUpdate#step}.
   *
   * @param state before the step; the caller's to close
   * @param gradient of {@link #gradient}; the caller's to close
   * @return the caller closes it
   */
  ModelState update(ModelState state, List<Ciphertext> gradient);

  /**
   * The validation logits.
   *
   * @param compactWeights weights / 2^k in compact form at {@link Levels#validationWeights()}; the
   *     caller's to close
   * @return one serialized ciphertext per group in order, at {@link Levels#validationLogits()}
   */
  List<byte[]> validationLogits(List<Ciphertext> compactWeights);

  /**
   * The validation loss: {@link EncryptedLoss#total} of the sums over all validation rows.
   *
   * @param compactWeights weights / 2^k in compact form at {@link LossPlan#weights()}; the caller's
   *     to close
   * @return one serialized ciphertext at level 0
   */
  byte[] validationLoss(List<Ciphertext> compactWeights);
}
