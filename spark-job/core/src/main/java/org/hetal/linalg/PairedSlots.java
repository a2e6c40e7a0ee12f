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
    Ciphertext rotated = scope.add(evaluator.rotate(a, steps));
    return scope.add(evaluator.add(a, scope.add(evaluator.multiplyByI(rotated))));
  }

  /**
   * 2 Re(a) + rotate(2 Im(a), steps), at a's level; one conjugation and one rotation. The caller
   * closes the result.
   */
  static Ciphertext separated(Evaluator evaluator, Ciphertext a, int steps) {
    try (Scope scope = evaluator.scope()) {
      Ciphertext conjugate = scope.add(evaluator.conjugate(a));
      Ciphertext real = scope.add(evaluator.add(a, conjugate));
      Ciphertext difference = scope.add(evaluator.sub(conjugate, a));
      Ciphertext imaginary = scope.add(evaluator.multiplyByI(difference));
      return evaluator.add(real, scope.add(evaluator.rotate(imaginary, steps)));
    }
  }
}
