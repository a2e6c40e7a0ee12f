package org.hetal.planner;

import java.util.Locale;
import java.util.function.IntFunction;
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
 * logits are. The placement with fewer bootstraps is taken; of equal ones the one whose look-ahead
 * point enters lower, because products cost less there; of equal ones the first.
 */
final class Placement {
  private Placement() {}

  /**
   * @throws HeLevelException when the parameters leave too few levels
   */
  static Levels of(Parameters parameters, int classes, int squarings) {
    Levels before = of(parameters, classes, squarings, Levels.UPDATE_LEVELS);
    Levels after = of(parameters, classes, squarings, 0);
    int withAfter = bootstraps(parameters, classes, squarings, after);
    int withBefore = bootstraps(parameters, classes, squarings, before);
    boolean lower = withAfter == withBefore && after.forward() < before.forward();
    return withAfter < withBefore || lower ? after : before;
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
    IntFunction<SoftmaxPlan> fromLogits =
        logits ->
            SoftmaxPlan.withFactorOne(parameters, classes, squarings, logits, LossPlan.LOSS_LEVELS);
    int weights = lowestForward(fromLogits, levels.state(), lowest);
    return new LossPlan(
        weights, weights - Products.EXPAND_LEVELS, fromLogits.apply(weights - toLogits));
  }

  /** {@return those of the softmax} */
  static int bootstraps(Parameters parameters, int classes, int squarings, Levels levels) {
    return bootstraps(
        logits -> SoftmaxPlan.of(parameters, classes, squarings, logits, levels.residual()),
        levels.logits());
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
    int forward =
        lowestForward(
            logits -> SoftmaxPlan.of(parameters, classes, squarings, logits, residual),
            state,
            toLogits);
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
   * @param fromLogits the softmax by the level of the logits
   * @param lowest level allowed
   */
  private static int lowestForward(IntFunction<SoftmaxPlan> fromLogits, int state, int lowest) {
    int toLogits = Products.EXPAND_LEVELS + Products.LOGIT_LEVELS;
    int forward = state;
    int fewest = fromLogits.apply(forward - toLogits).bootstraps();
    while (forward > lowest && bootstraps(fromLogits, forward - 1 - toLogits) <= fewest) {
      forward--;
    }
    return forward;
  }

  private static int bootstraps(IntFunction<SoftmaxPlan> fromLogits, int logits) {
    try {
      return fromLogits.apply(logits).bootstraps();
    } catch (HeLevelException tooLow) {
      return Integer.MAX_VALUE;
    }
  }
}
