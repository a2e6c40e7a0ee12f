package org.hetal.linalg;

import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * Two real vectors as real and imaginary part of one ciphertext, so that one product serves both.
 */
final class PairedSlots {
  private PairedSlots() {}

  /** a + i rotate(a, steps), at a's level; one rotation. The scope owns the result. */
  static Ciphertext joined(Evaluator evaluator, Scope scope, Ciphertext a, int steps) {
    Ciphertext rotated = scope.own(evaluator.rotate(a, steps));
    return scope.own(evaluator.add(a, scope.own(evaluator.multiplyByI(rotated))));
  }

  /**
   * 2 Re(a) + rotate(2 Im(a), steps), at a's level; one conjugation and one rotation. The caller
   * closes the result.
   */
  static Ciphertext separated(Evaluator evaluator, Ciphertext a, int steps) {
    try (Scope scope = new Scope()) {
      Ciphertext conjugate = scope.own(evaluator.conjugate(a));
      Ciphertext real = scope.own(evaluator.add(a, conjugate));
      Ciphertext difference = scope.own(evaluator.sub(conjugate, a));
      Ciphertext imaginary = scope.own(evaluator.multiplyByI(difference));
      return evaluator.add(real, scope.own(evaluator.rotate(imaginary, steps)));
    }
  }
}
