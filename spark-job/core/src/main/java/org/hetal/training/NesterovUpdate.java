package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;

/**
 * One step of the encrypted state: W' = V - G, V' = (1 - g) W' + g W (see {@link Momentum}), then
 * W' and V' refreshed together. G comes with learning rate, rows and 2^k folded in, so the update
 * itself takes one level: gradient level l in, l - 1 into the bootstrap, fresh out. Cost: two
 * products with constants and one paired bootstrap for each compact ciphertext.
 *
 * <p>Where the layout has room for two forms in a ciphertext ({@link Layout#hasRoomForTwo}), W' and
 * V' are refreshed as one real ciphertext instead of a pair, which costs 0.7 of it. W' then lies
 * {@link Layout#rowsToSecond()} rows behind V'. They are not separated after the bootstrap, which
 * would take a level of the way to the logits: the look-ahead point is the ciphertext as it is, the
 * weights are a rotation of it. The next step masks both at level l + 1. Cost besides the
 * bootstrap: two rotations and two products with a plaintext.
 */
public final class NesterovUpdate {
  private final Evaluator evaluator;
  private final Layout layout;
  private final Levels levels;

  /**
   * An update with an evaluator.
   *
   * @param evaluator with the rotation and bootstrap keys of the plan; not closed here
   * @param layout of the weights
   * @param levels of gradient, refresh and state
   */
  public NesterovUpdate(Evaluator evaluator, Layout layout, Levels levels) {
    this.evaluator = evaluator;
    this.layout = layout;
    this.levels = levels;
  }

  /**
   * The state before the first step: all zero, nothing random in it.
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
      Ciphertext before = scope.own(compactRows(weights));
      Ciphertext point = scope.own(compactRows(lookahead));
      Ciphertext next = scope.own(evaluator.sub(point, gradient));
      Ciphertext ahead = scope.own(evaluator.multiply(next, 1 - share));
      Ciphertext behind = scope.own(evaluator.multiply(before, share));
      Ciphertext mixed = scope.own(evaluator.add(ahead, behind));
      Ciphertext nextLookahead = scope.own(evaluator.rescale(mixed));
      Ciphertext nextWeights = scope.own(evaluator.dropToLevel(next, levels.refresh()));
      return layout.hasRoomForTwo()
          ? refreshedAsOne(nextWeights, nextLookahead)
          : evaluator.bootstrapPair(nextWeights, nextLookahead);
    }
  }

  /** The rows of the compact form alone, at the gradient's level. The caller closes it. */
  private Ciphertext compactRows(Ciphertext a) {
    if (!layout.hasRoomForTwo()) {
      return evaluator.dropToLevel(a, levels.gradient());
    }
    int level = levels.gradient() + 1;
    try (Scope scope = new Scope();
        Plaintext mask = evaluator.encode(layout.compactRows(), level)) {
      Ciphertext dropped = scope.own(evaluator.dropToLevel(a, level));
      return evaluator.rescale(scope.own(evaluator.multiply(dropped, mask)));
    }
  }

  private List<Ciphertext> refreshedAsOne(Ciphertext weights, Ciphertext lookahead) {
    int rows = layout.rowsToSecond();
    try (Scope scope = new Scope()) {
      Ciphertext moved = scope.own(evaluator.rotate(weights, -rows));
      Ciphertext both = scope.own(evaluator.bootstrap(scope.own(evaluator.add(lookahead, moved))));
      Ciphertext fresh = scope.own(evaluator.rotate(both, rows));
      scope.release(fresh);
      scope.release(both);
      return List.of(fresh, both);
    }
  }
}
