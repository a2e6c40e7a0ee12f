package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.training.ModelState;

/**
 * A {@link ModelState} as it travels between driver and executors.
 *
 * @param weights serialized ciphertexts
 * @param lookahead as many serialized ciphertexts
 */
record StateBytes(
    int epoch, int step, double lambda, ArrayList<byte[]> weights, ArrayList<byte[]> lookahead)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static StateBytes of(Evaluator evaluator, ModelState state) {
    return new StateBytes(
        state.epoch(),
        state.step(),
        state.lambda(),
        Ciphertexts.serialized(evaluator, state.weights()),
        Ciphertexts.serialized(evaluator, state.lookahead()));
  }

  /** The caller closes it. */
  ModelState opened(Evaluator evaluator) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> openedWeights = Ciphertexts.opened(scope, evaluator, weights);
      List<Ciphertext> openedLookahead = Ciphertexts.opened(scope, evaluator, lookahead);
      ModelState state = new ModelState(epoch, step, lambda, openedWeights, openedLookahead);
      openedWeights.forEach(scope::release);
      openedLookahead.forEach(scope::release);
      return state;
    }
  }

  /** Bytes of all ciphertexts. */
  long bytes() {
    return Ciphertexts.bytes(weights) + Ciphertexts.bytes(lookahead);
  }
}
