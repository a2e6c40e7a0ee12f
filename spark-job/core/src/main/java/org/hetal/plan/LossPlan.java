package org.hetal.plan;

import java.io.Serializable;
import org.hetal.linalg.Products;
import org.hetal.softmax.SoftmaxPlan;

/**
 * Levels and bootstraps of the validation loss on ciphertexts ({@link
 * ValidationMetric#ENCRYPTED_LOSS}).
 *
 * @param weights level of the weights that enter
 * @param features level of the validation rows' features at encryption
 * @param softmax from the logits to the probabilities; its output level is also that of the
 *     validation rows' labels
 * @serial exclude
 */
public record LossPlan(int weights, int features, SoftmaxPlan softmax) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Levels from the probabilities to the result: their square, and the mask of the result. */
  public static final int LOSS_LEVELS = 2;

  /** Squarings from scaled logits to {@link #POWER}th powers. */
  public static final int POWER_SQUARINGS = 5;

  /** The power of the logits that is summed to watch their range. */
  public static final int POWER = 1 << POWER_SQUARINGS;

  /** Levels from the logits to the result: the squarings, and the mask of the result. */
  public static final int POWER_LEVELS = POWER_SQUARINGS + 1;

  /**
   * Checks the distances that the algorithm fixes.
   *
   * @param weights enough for the products up to the logits
   * @param features enough for the logits of the weights
   * @param softmax from the logits' level, at least {@link #POWER_LEVELS}, to {@link #LOSS_LEVELS},
   *     with a {@link SoftmaxPlan#logitFactor} of 1
   * @throws IllegalArgumentException naming the level, with the expected and the actual value
   */
  public LossPlan {
    Checks.present("loss.softmax", softmax);
    int toLogits = Products.EXPAND_LEVELS + Products.LOGIT_LEVELS;
    Checks.equal("loss.weights", softmax.inputLevel() + toLogits, weights);
    Checks.range("loss.softmax.inputLevel", softmax.inputLevel(), POWER_LEVELS, weights);
    Checks.equal("loss.softmax.outputLevel", LOSS_LEVELS, softmax.outputLevel());
    int lowestFeatures = weights - Products.EXPAND_LEVELS;
    Checks.range("loss.features", features, lowestFeatures, Levels.MOST);
  }

  /** {@return level of the validation rows' labels at encryption} */
  public int labels() {
    return softmax.outputLevel();
  }

  /** Throws unless it fits the other parts of a plan. */
  void require(PlannedParameters parameters, Levels levels, SoftmaxPlan trained) {
    Checks.range("loss.weights", weights, 0, levels.state());
    Checks.range("loss.features", features, 0, parameters.maxLevel());
    Checks.equal("loss.softmax.classes", trained.classes(), softmax.classes());
    Checks.equal("loss.softmax.squarings", trained.squarings(), softmax.squarings());
    softmax.require(
        parameters.bootstrapInputLevel(),
        parameters.bootstrapOutputLevel(),
        parameters.bootstrapBound());
    Checks.equal("loss.softmax.logitFactor", 1.0, softmax.logitFactor());
  }

  void appendTo(CanonicalText text) {
    text.add("loss.weights", weights).add("loss.features", features).add("loss.softmax", softmax);
  }
}
