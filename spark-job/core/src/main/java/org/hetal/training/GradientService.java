package org.hetal.training;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.plan.Levels;
import org.hetal.plan.LossPlan;
import org.hetal.plan.RowCounts;
import org.hetal.plan.TrainingPlan;

/**
 * Where the work on encrypted rows is done. The trainer owns the state and calls these once a step
 * and once an epoch; implementations run {@link MicrobatchGradient}, {@link ValidationLogits} and
 * {@link EncryptedLoss} on whatever holds the data.
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
   * The validation logits.
   *
   * @param compactWeights weights / 2^k in compact form at {@link Levels#validationWeights()}; the
   *     caller's to close
   * @return one serialized ciphertext per group in order, at {@link Levels#validationLogits()}
   */
  List<byte[]> validationLogits(List<Ciphertext> compactWeights);

  /**
   * The sums over all validation rows that {@link EncryptedLoss#total} takes.
   *
   * @param compactWeights weights / 2^k in compact form at {@link LossPlan#weights()}; the caller's
   *     to close
   * @return {@link EncryptedLoss#SUMS} ciphertexts; the caller closes them
   */
  List<Ciphertext> validationSums(List<Ciphertext> compactWeights);
}
