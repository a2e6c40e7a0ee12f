package org.hetal.tools.products;

import java.util.Optional;

/** A way to multiply encrypted matrices of one shape. */
interface ProductMethod {
  /** As {@code --methods} names it. */
  String name();

  Side side();

  /** Levels from the operand that starts highest to the result. */
  int levels();

  /** The identical inner steps of the product. */
  int steps();

  /** Steps after which every key was used. */
  default int stepsUsingAllKeys() {
    return steps();
  }

  /** The counts of the paper's formulas; empty where there is none. */
  default Optional<Counts> formula() {
    return Optional.empty();
  }

  /** The result as far as it is after the first steps; all of it after all steps. */
  double[][] expected(double[][] left, double[][] right, int stepsDone);

  /**
   * Encrypts, multiplies as the clock says, decrypts.
   *
   * @param left A, rows x features, for {@link Side#LOGITS}; R, rows x classes, for {@link
   *     Side#GRADIENT}
   * @param right W, classes x features; A, rows x features
   * @return rows x classes; classes x features
   */
  double[][] multiply(Workbench bench, double[][] left, double[][] right);
}
