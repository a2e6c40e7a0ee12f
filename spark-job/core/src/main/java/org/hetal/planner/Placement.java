package org.hetal.planner;

import java.util.Locale;
import org.hetal.he.HeLevelException;
import org.hetal.he.Parameters;
import org.hetal.linalg.Products;
import org.hetal.plan.Levels;
import org.hetal.plan.LossPlan;
import org.hetal.softmax.SoftmaxPlan;

/**
 * Where in the levels an iteration's parts lie. The state is refreshed once a step, as late as a
 * bootstrap allows, so counting back from {@link Parameters#bootstrapInputLevel()} gives the levels
 * of update, gradient and residual. The softmax in between refreshes itself; the look-ahead point
 * enters at the lowest level with which the softmax needs no more bootstraps than from the top,
 * because everything is cheaper lower down.
 *
 * <p>The update takes its level before the bootstrap, where the gradient is, or after it, where the
 * logits are. The placement with fewer bootstraps is taken; of equal ones the first.
 */
final class Placement {
  private Placement() {}

  /**
   * @throws HeLevelException when the parameters leave too few levels
   */
  static Levels of(Parameters parameters, int classes, int squarings) {
    Levels before = of(parameters, classes, squarings, Levels.UPDATE_LEVELS);
    Levels after = of(parameters, classes, squarings, 0);
    return bootstraps(parameters, classes, squarings, after)
            < bootstraps(parameters, classes, squarings, before)
        ? after
        : before;
  }

  /**
   * Of the validation loss: the fewest bootstraps, then the lowest levels.
   *
   * @param levels of the training
   * @throws HeLevelException when the parameters leave too few levels
   */
  static LossPlan ofLoss(Parameters parameters, int classes, int squarings, Levels levels) {
    int toLogits = Products.EXPAND_LEVELS + Products.LOGIT_LEVELS;
    int lowest = toLogits + LossPlan.POWER_LEVELS;
    if (lowest > levels.state()) {
      throw new HeLevelException(
          String.format(
              Locale.ROOT,
              "validation loss with %s: expected a level of at least %d after the update, actual %d",
              parameters.name(),
              lowest,
              levels.state()));
    }
    int weights =
        lowestForward(parameters, classes, squarings, levels.state(), LossPlan.LOSS_LEVELS, lowest);
    SoftmaxPlan softmax =
        SoftmaxPlan.of(parameters, classes, squarings, weights - toLogits, LossPlan.LOSS_LEVELS);
    return new LossPlan(weights, weights - Products.EXPAND_LEVELS, softmax);
  }

  private static int bootstraps(Parameters parameters, int classes, int squarings, Levels levels) {
    return bootstraps(parameters, classes, squarings, levels.logits(), levels.residual());
  }

  /**
   * @param updateLevels of the update before the bootstrap; the others are after it
   */
  private static Levels of(Parameters parameters, int classes, int squarings, int updateLevels) {
    int refresh = parameters.bootstrapInputLevel();
    int gradient = refresh + updateLevels;
    int residual = gradient + Products.GRADIENT_LEVELS;
    int toLogits = Products.EXPAND_LEVELS + Products.LOGIT_LEVELS;
    int state = parameters.bootstrapOutputLevel() - (Levels.UPDATE_LEVELS - updateLevels);
    if (residual > state || toLogits > state) {
      throw new HeLevelException(
          String.format(
              Locale.ROOT,
              "training with %s: expected a level of at least %d after a bootstrap, actual %d",
              parameters.name(),
              Math.max(residual, toLogits),
              state));
    }
    int forward = lowestForward(parameters, classes, squarings, state, residual, toLogits);
    int expanded = forward - Products.EXPAND_LEVELS;
    return new Levels(
        state,
        forward,
        Math.max(expanded, residual - Levels.RESIDUAL_TO_FEATURES),
        forward - toLogits,
        residual,
        residual,
        gradient,
        refresh,
        toLogits,
        toLogits - Products.EXPAND_LEVELS,
        0);
  }

  /**
   * The lowest level of weights from which the softmax needs no more bootstraps than from the top.
   *
   * @param output level of the probabilities
   * @param lowest level allowed
   */
  private static int lowestForward(
      Parameters parameters, int classes, int squarings, int state, int output, int lowest) {
    int toLogits = Products.EXPAND_LEVELS + Products.LOGIT_LEVELS;
    int forward = state;
    int fewest =
        SoftmaxPlan.of(parameters, classes, squarings, forward - toLogits, output).bootstraps();
    while (forward > lowest
        && bootstraps(parameters, classes, squarings, forward - 1 - toLogits, output) <= fewest) {
      forward--;
    }
    return forward;
  }

  private static int bootstraps(
      Parameters parameters, int classes, int squarings, int logits, int residual) {
    try {
      return SoftmaxPlan.of(parameters, classes, squarings, logits, residual).bootstraps();
    } catch (HeLevelException tooLow) {
      return Integer.MAX_VALUE;
    }
  }
}
