package org.hetal.softmax;

import org.hetal.he.Ciphertext;

/**
 * One step of the chain from logits to probabilities. It takes one ciphertext and returns one,
 * {@link #levels} lower. Stages exchange nothing else, so a bootstrap can stand between any two
 * stages. A stage receives s*y (s = {@link #scaling}) and returns s'*f(y), where s' is the next
 * stage's scaling. s is chosen so that the leading coefficient is 1 and takes no level.
 */
interface Stage {

  /**
   * What is known of a stage without running it.
   *
   * @param name for reports: {@code "exponential"}, {@code "square 3"}
   * @param levels how many the stage takes
   * @param bound the largest magnitude of the values that enter, in their scaling
   * @param scaling the scaling of the value that enters
   * @param refreshable whether the value that enters is large enough in its scaling to be
   *     bootstrapped precisely
   */
  record Entry(String name, int levels, double bound, double scaling, boolean refreshable) {}

  Entry entry();

  default String name() {
    return entry().name();
  }

  default int levels() {
    return entry().levels();
  }

  default double bound() {
    return entry().bound();
  }

  default double scaling() {
    return entry().scaling();
  }

  default boolean refreshable() {
    return entry().refreshable();
  }

  /** Level l, scale degree 1, two parts in; level l - {@link #levels} out. */
  Ciphertext apply(ClassArithmetic arithmetic, Ciphertext y);
}
