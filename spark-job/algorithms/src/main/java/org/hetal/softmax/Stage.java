package org.hetal.softmax;

import org.hetal.he.Ciphertext;

/**
 * One link of the chain: takes one ciphertext and gives one, {@link #levels} lower. Between links
 * nothing else is carried, which is what makes the gaps between them the places for bootstraps. A
 * value y is kept as {@code unit * y}; each stage was built for the unit in which the next one
 * wants its input, so that its highest coefficient is 1 and needs no level of its own.
 */
interface Stage {

  /** For reports: {@code "exponential"}, {@code "square 3"}. */
  String name();

  int levels();

  /** The largest magnitude of the values that enter, in their unit. */
  double bound();

  /** Whether the value that enters is large enough in its unit to be bootstrapped precisely. */
  boolean refreshable();

  /** The unit of the value that enters. */
  double unit();

  /** Level l, scale degree 1, two parts in; level l - {@link #levels} out. */
  Ciphertext apply(ClassArithmetic arithmetic, Ciphertext y);
}
