package org.hetal.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.TrainingPlan;

/**
 * One step of the encrypted state: W' = V - G, V' = (1 - g) W' + g W (see {@link Momentum}), then
 * W' and V' refreshed together. G comes with learning rate, rows and 2^k folded in, so the update
 * itself takes one level: gradient level l in, l - 1 into the bootstrap, fresh out. Cost: two
 * products with constants and one paired bootstrap for each compact ciphertext.
 *
 * <p>Where the plan has no level for the update before the bootstrap ({@link
 * Levels#momentumAfterRefresh}), V' / (1 - g) = W' + g / (1 - g) W is refreshed instead: its only
 * product is one of the old weights, which come from above. The product with 1 - g takes a level
 * after the bootstrap. g is 0 to -1, so the value that is refreshed is no larger than V'.
 *
 * <p>Where the layout has room for two forms in a ciphertext ({@link Layout#hasRoomForTwo}), both
 * are refreshed as one real ciphertext instead of a pair, which costs 0.7 of it. W' then lies
 * {@link Layout#rowsToSecond()} rows behind the look-ahead point. They are not separated after the
 * bootstrap, which would take a level of the way to the logits: the look-ahead point is the
 * ciphertext as it is, the weights are a rotation of it. The next step masks both a level above the
 * gradient. Cost besides the bootstrap: two rotations and two products with a plaintext.
 */
public final class NesterovUpdate {
  private final Evaluator evaluator;
  private final Layout layout;
  private final Levels levels;
  private final boolean asOne;

  /**
   * An update with an evaluator.
   *
   * @param evaluator with the rotation and bootstrap keys of the plan; not closed here
   * @param layout of the weights
   * @param levels of gradient, refresh and state
   * @param asOne whether both are refreshed as one; only for a layout with room for two forms
   */
  public NesterovUpdate(Evaluator evaluator, Layout layout, Levels levels, boolean asOne) {
    this.evaluator = evaluator;
    this.layout = layout;
    this.levels = levels;
    this.asOne = asOne;
  }

  /**
   * The update that a plan has.
   *
   * @param evaluator with the rotation and bootstrap keys of the plan; not closed here
   * @param plan of the training
   * @return it closes nothing
   */
  public static NesterovUpdate of(Evaluator evaluator, TrainingPlan plan) {
    return new NesterovUpdate(evaluator, plan.layout(), plan.levels(), plan.refreshesAsOne());
  }

  /**
   * The state before the first step: all zero, nothing random in it. Needs no keys.
   *
   * @return the caller closes it
   */
  public ModelState start() {
    List<Ciphertext> weights = new ArrayList<>();
    List<Ciphertext> lookahead = new ArrayList<>();
    for (int i = 0; i < layout.compactCiphertexts(); i++) {
      weights.add(evaluator.zero(levels.state()));
      lookahead.add(evaluator.zero(levels.state()));
    }
    return new ModelState(0, 0, Momentum.START, weights, lookahead);
  }

  /**
   * The state after a step.
   *
   * @param state before the step; stays the caller's
   * @param gradient compact form at {@link Levels#gradient()}, as many ciphertexts as weights;
   *     stays the caller's
   * @return the caller closes it
   * @throws IllegalArgumentException for another number of ciphertexts
   */
  public ModelState step(ModelState state, List<Ciphertext> gradient) {
    if (gradient.size() != state.weights().size()) {
      throw new IllegalArgumentException(
          "gradient: expected "
              + state.weights().size()
              + " ciphertexts, actual "
              + gradient.size());
    }
    List<Ciphertext> weights = new ArrayList<>();
    List<Ciphertext> lookahead = new ArrayList<>();
    double share = Momentum.previousShare(state.lambda());
    try (Scope failed = new Scope()) {
      for (int i = 0; i < gradient.size(); i++) {
        List<Ciphertext> pair =
            failed.ownAll(
                refreshed(
                    state.weights().get(i), state.lookahead().get(i), gradient.get(i), share));
        weights.add(pair.get(0));
        lookahead.add(pair.get(1));
      }
      weights.forEach(failed::release);
      lookahead.forEach(failed::release);
    }
    return new ModelState(
        state.epoch(), state.step() + 1, Momentum.next(state.lambda()), weights, lookahead);
  }

  private List<Ciphertext> refreshed(
      Ciphertext weights, Ciphertext lookahead, Ciphertext gradient, double share) {
    try (Scope scope = new Scope()) {
      Ciphertext point = scope.own(compactRows(lookahead, 1));
      Ciphertext next = scope.own(evaluator.sub(point, gradient));
      if (levels.momentumAfterRefresh()) {
        Ciphertext behind = scope.own(compactRows(weights, share / (1 - share)));
        Ciphertext nextLookahead = scope.own(evaluator.add(next, behind));
        List<Ciphertext> fresh = scope.ownAll(refreshed(next, nextLookahead));
        Ciphertext ahead = scope.own(evaluator.multiplyRescale(fresh.get(1), 1 - share));
        Ciphertext dropped = scope.own(evaluator.dropToLevel(fresh.get(0), levels.state()));
        return List.of(scope.release(dropped), scope.release(ahead));
      }
      Ciphertext before = scope.own(compactRows(weights, 1));
      Ciphertext ahead = scope.own(evaluator.multiply(next, 1 - share));
      Ciphertext behind = scope.own(evaluator.multiply(before, share));
      Ciphertext mixed = scope.own(evaluator.add(ahead, behind));
      Ciphertext nextLookahead = scope.own(evaluator.rescale(mixed));
      Ciphertext nextWeights = scope.own(evaluator.dropToLevel(next, levels.refresh()));
      return refreshed(nextWeights, nextLookahead);
    }
  }

  /** The rows of the compact form alone, times a factor, at the gradient's level. */
  private Ciphertext compactRows(Ciphertext a, double factor) {
    int level = levels.gradient() + 1;
    if (!asOne) {
      try (Scope scope = new Scope()) {
        return factor == 1
            ? evaluator.dropToLevel(a, levels.gradient())
            : evaluator.multiplyRescale(scope.own(evaluator.dropToLevel(a, level)), factor);
      }
    }
    double[] rows = layout.compactRows();
    Arrays.setAll(rows, i -> factor * rows[i]);
    try (Scope scope = new Scope()) {
      Plaintext mask = scope.own(evaluator.encode(rows, level));
      Ciphertext dropped = scope.own(evaluator.dropToLevel(a, level));
      return evaluator.rescale(scope.own(evaluator.multiply(dropped, mask)));
    }
  }

  /** Both at the level of a bootstrap's result. */
  private List<Ciphertext> refreshed(Ciphertext weights, Ciphertext lookahead) {
    if (!asOne) {
      return evaluator.bootstrapPair(weights, lookahead);
    }
    int rows = layout.rowsToSecond();
    try (Scope scope = new Scope()) {
      Ciphertext moved = scope.own(evaluator.rotate(weights, -rows));
      Ciphertext joined = scope.own(evaluator.add(lookahead, moved));
      Ciphertext both = scope.own(evaluator.bootstrap(joined, layout.period()));
      Ciphertext fresh = evaluator.rotate(both, rows);
      return List.of(fresh, scope.release(both));
    }
  }
}
