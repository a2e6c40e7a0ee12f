package org.hetal.training;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.plan.Levels;

/**
 * The encrypted model between two steps, divided by 2^k, in compact form at {@link Levels#state()}.
 * Owns its ciphertexts. Slots outside the rows of the compact form may hold anything: see {@link
 * NesterovUpdate}.
 *
 * @param epoch completed epochs
 * @param step completed steps
 * @param lambda of the next step, see {@link Momentum}
 * @param weights W
 * @param lookahead the look-ahead point V, as many ciphertexts
 */
public record ModelState(
    int epoch, int step, double lambda, List<Ciphertext> weights, List<Ciphertext> lookahead)
    implements AutoCloseable {
  /**
   * Copies the lists.
   *
   * @param epoch completed epochs
   * @param step completed steps
   * @param lambda of the next step
   * @param weights as many ciphertexts as {@code lookahead}
   * @param lookahead as many ciphertexts as {@code weights}
   * @throws IllegalArgumentException for different numbers of ciphertexts
   */
  public ModelState {
    weights = List.copyOf(weights);
    lookahead = List.copyOf(lookahead);
    if (weights.size() != lookahead.size() || weights.isEmpty()) {
      throw new IllegalArgumentException(
          "model state: expected equal numbers of ciphertexts, at least 1; actual "
              + weights.size()
              + " and "
              + lookahead.size());
    }
  }

  /** The same ciphertexts after another epoch; close only one of the two. */
  ModelState withEpoch(int completed) {
    return new ModelState(completed, step, lambda, weights, lookahead);
  }

  @Override
  public void close() {
    try (Scope scope = new Scope()) {
      scope.ownAll(weights);
      scope.ownAll(lookahead);
    }
  }
}
