package org.hetal.plan;

import java.io.Serializable;
import org.hetal.linalg.Products;

/**
 * The level of everything that crosses a boundary, as placed by the planner. Levels that the
 * algorithms fix against each other are checked.
 *
 * @param state weights and look-ahead point after a refresh: the level of a bootstrap's result, or
 *     one below it when the update takes no level before the bootstrap
 * @param forward look-ahead point as the workers get it
 * @param features training features at encryption
 * @param logits what enters the softmax
 * @param residual probabilities minus labels
 * @param labels labels at encryption
 * @param gradient what the workers return
 * @param refresh new weights and look-ahead point on their way into the bootstrap
 * @param validationWeights weights as validation gets them, and as the model is kept
 * @param validationFeatures validation and prediction features at encryption
 * @param validationLogits what the validation oracle gets
 * @serial exclude
 */
public record Levels(
    int state,
    int forward,
    int features,
    int logits,
    int residual,
    int labels,
    int gradient,
    int refresh,
    int validationWeights,
    int validationFeatures,
    int validationLogits)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The update's products with momentum, before the bootstrap or after it. */
  public static final int UPDATE_LEVELS = 1;

  /** The gradient multiplies features this many levels below the residual. */
  public static final int RESIDUAL_TO_FEATURES = 1;

  static final int MOST = 255;

  /**
   * Checks the ranges and the distances that the algorithms fix.
   *
   * @param state at least {@code residual}
   * @param forward at most {@code state}, and enough for the products up to the logits
   * @param features enough for the logits of the look-ahead point and for the gradient
   * @param logits below {@code forward} by the levels of expansion and logits
   * @param residual above {@code gradient} by the levels of the gradient's products
   * @param labels at least {@code residual}
   * @param gradient {@code refresh} or {@link #UPDATE_LEVELS} above it
   * @param refresh at least 0
   * @param validationWeights at most {@code state}, and enough for the products up to the logits
   * @param validationFeatures enough for the logits of the weights
   * @param validationLogits below {@code validationWeights} by the levels of expansion and logits
   * @throws IllegalArgumentException naming the level, with the expected and the actual value
   */
  public Levels {
    Checks.range("levels.refresh", refresh, 0, MOST);
    Checks.range("levels.gradient", gradient, refresh, refresh + UPDATE_LEVELS);
    Checks.equal("levels.residual", gradient + Products.GRADIENT_LEVELS, residual);
    Checks.range("levels.labels", labels, residual, MOST);
    Checks.range("levels.state", state, residual, MOST);
    int toLogits = Products.EXPAND_LEVELS + Products.LOGIT_LEVELS;
    Checks.range("levels.forward", forward, toLogits, state);
    Checks.equal("levels.logits", forward - toLogits, logits);
    int lowestFeatures =
        Math.max(forward - Products.EXPAND_LEVELS, residual - RESIDUAL_TO_FEATURES);
    Checks.range("levels.features", features, lowestFeatures, MOST);
    Checks.range("levels.validationWeights", validationWeights, toLogits, state);
    Checks.equal("levels.validationLogits", validationWeights - toLogits, validationLogits);
    Checks.range(
        "levels.validationFeatures",
        validationFeatures,
        validationWeights - Products.EXPAND_LEVELS,
        MOST);
  }

  /** {@return whether the update multiplies the momentum after the bootstrap} */
  public boolean momentumAfterRefresh() {
    return gradient == refresh;
  }

  /** Throws unless each level is one of the parameter set. */
  void require(PlannedParameters parameters) {
    int after = momentumAfterRefresh() ? UPDATE_LEVELS : 0;
    Checks.equal("levels.state", parameters.bootstrapOutputLevel() - after, state);
    Checks.range("levels.features", features, 0, parameters.maxLevel());
    Checks.range("levels.labels", labels, 0, parameters.maxLevel());
    Checks.range("levels.validationFeatures", validationFeatures, 0, parameters.maxLevel());
    Checks.range(
        "levels.refresh", refresh, parameters.bootstrapInputLevel(), parameters.maxLevel());
  }

  void appendTo(CanonicalText text) {
    text.add("levels.state", state)
        .add("levels.forward", forward)
        .add("levels.features", features)
        .add("levels.logits", logits)
        .add("levels.residual", residual)
        .add("levels.labels", labels)
        .add("levels.gradient", gradient)
        .add("levels.refresh", refresh)
        .add("levels.validationWeights", validationWeights)
        .add("levels.validationFeatures", validationFeatures)
        .add("levels.validationLogits", validationLogits);
  }
}
