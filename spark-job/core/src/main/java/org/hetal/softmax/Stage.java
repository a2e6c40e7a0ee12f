package org.hetal.softmax;

import org.hetal.he.Ciphertext;

/**
 * One link of the chain: takes one ciphertext and gives one, {@link #levels} lower. Between links
 * nothing else is carried, which is what makes the gaps between them the places for bootstraps. A
 * value y is kept as {@code unit * y}; each stage was built for the unit in which the next one
 * wants its input, so that its highest coefficient is 1 and needs no level of its own.
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
