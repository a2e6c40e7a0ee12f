package org.hetal.softmax;

import org.hetal.he.Ciphertext;

/**
 * One step of the softmax: a function f of one ciphertext, whose result is {@link #levels} lower. A
 * stage receives nothing from the stages before it but that ciphertext, so a bootstrap can stand
 * between any two stages.
 *
 * <p>Each stage receives s*y, where s is its {@link #unit}, and returns s'*f(y), where s' is the
 * unit of the next stage. s is chosen so that the leading coefficient of f in s*y is 1. A
 * multiplication by that coefficient would cost a level.
 */
interface Stage {

  /**
   * What is known of a stage without running it.
   *
   * @param name for reports: {@code "exponential"}, {@code "square 3"}
   * @param levels how many the stage takes
   * @param bound the largest magnitude of the values that enter, in their unit
   * @param unit the unit of the value that enters
   * @param refreshable whether the value that enters is large enough in its unit to be bootstrapped
   *     precisely
   */
  record Entry(String name, int levels, double bound, double unit, boolean refreshable) {}

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

  default double unit() {
    return entry().unit();
  }

  default boolean refreshable() {
    return entry().refreshable();
  }

  /** Level l, scale degree 1, two parts in; level l - {@link #levels} out. */
  Ciphertext apply(ClassArithmetic arithmetic, Ciphertext y);
}
