package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.plan.Levels;

/**
 * One step of the encrypted state: W' = V - G, V' = (1 - g) W' + g W (see {@link Momentum}), then
 * W' and V' refreshed together. G comes with learning rate, rows and 2^k folded in, so the update
 * itself takes one level: gradient level l in, l - 1 into the bootstrap, fresh out. Cost: two
 * products with constants and one paired bootstrap for each compact ciphertext.
 */
public final class NesterovUpdate {
  private final Evaluator evaluator;
  private final Levels levels;

  /**
   * An update with an evaluator.
   *
   * @param evaluator with the relinearization and bootstrap keys; not closed here
   * @param levels of gradient, refresh and state
   */
  public NesterovUpdate(Evaluator evaluator, Levels levels) {
    this.evaluator = evaluator;
    this.levels = levels;
  }

  /**
   * The state before the first step: all zero, nothing random in it.
   *
   * @param compactCiphertexts {@code Layout.compactCiphertexts()}
   * @return the caller closes it
   */
  public ModelState start(int compactCiphertexts) {
    List<Ciphertext> weights = new ArrayList<>();
    List<Ciphertext> lookahead = new ArrayList<>();
    for (int i = 0; i < compactCiphertexts; i++) {
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
      Ciphertext before = scope.own(evaluator.dropToLevel(weights, levels.gradient()));
      Ciphertext point = scope.own(evaluator.dropToLevel(lookahead, levels.gradient()));
      Ciphertext next = scope.own(evaluator.sub(point, gradient));
      Ciphertext ahead = scope.own(evaluator.multiply(next, 1 - share));
      Ciphertext behind = scope.own(evaluator.multiply(before, share));
      Ciphertext mixed = scope.own(evaluator.add(ahead, behind));
      Ciphertext nextLookahead = scope.own(evaluator.rescale(mixed));
      Ciphertext nextWeights = scope.own(evaluator.dropToLevel(next, levels.refresh()));
      return evaluator.bootstrapPair(nextWeights, nextLookahead);
    }
  }
}
