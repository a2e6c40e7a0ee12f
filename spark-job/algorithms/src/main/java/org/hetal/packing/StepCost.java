package org.hetal.packing;

/**
 * What a training step costs in a layout, in rotations of one ciphertext: a model for choosing
 * between layouts, not a forecast of seconds.
 *
 * <p>A key switch is about a hundred number-theoretic transforms: two fifths in decomposing the
 * input, two fifths in dividing by the special primes, the rest in the key product. Hoisting spares
 * the first, summing before dividing the second.
 */
public final class StepCost {
  static final double DECOMPOSE = 0.4;
  static final double KEY_PRODUCT = 0.2;
  static final double DIVIDE = 0.4;
  static final double KEY_SWITCH = DECOMPOSE + KEY_PRODUCT + DIVIDE;
  static final double RESCALE = 0.25;
  static final double MULTIPLY = 0.08;
  static final double MULTIPLY_PLAIN = 0.04;

  /** Bootstrapping two real ciphertexts together: weights and look-ahead. */
  static final double BOOTSTRAP_PAIR = 220;

  /** Softmax of one group: two bootstraps and some sixty key switches. */
  static final double SOFTMAX = 360;

  private StepCost() {}

  /** A step on {@code rows} rows: expansion, forward, backward, refreshing the weights. */
  static double of(Layout layout, int rows) {
    int perGroup = layout.rowsPerGroup();
    int fullGroups = rows / perGroup;
    int rest = rows % perGroup;
    double cost = fullGroups * group(layout, layout.rowBlocks(perGroup));
    if (rest > 0) {
      cost += group(layout, layout.rowBlocks(rest));
    }
    for (int i = 0; i < layout.compactCiphertexts(); i++) {
      cost += compact(layout, i);
    }
    return cost + layout.diagonals() * (KEY_SWITCH + RESCALE);
  }

  private static double compact(Layout layout, int ciphertext) {
    int held = layout.diagonalsPerCompact();
    int count = Math.min(held, layout.diagonals() - ciphertext * held);
    return BOOTSTRAP_PAIR
        + 3 * KEY_SWITCH
        + DiagonalSpread.scatter(layout.rowsPerBlock(), count).cost(true)
        + DiagonalSpread.gather(layout.rowsPerBlock(), count).cost(false);
  }

  private static double group(Layout layout, int rowBlocks) {
    int turns = layout.turns();
    int giants = layout.diagonalSteps() / turns;
    double hoisted = KEY_PRODUCT + DIVIDE;
    double features = turns == 1 ? 0 : layout.columnBlocks() * (DECOMPOSE + (turns - 1) * hoisted);
    double logits =
        giants * KEY_SWITCH
            + (giants - 1) * (DECOMPOSE + KEY_PRODUCT)
            + (giants == 1 ? 0 : DIVIDE)
            + RESCALE;
    double residual = giants == 1 ? 0 : DECOMPOSE + (giants - 1) * hoisted;
    double products = 2 * layout.diagonals() * MULTIPLY;
    double drops = layout.columnBlocks() * RESCALE;
    int stride = layout.rowsPerBlock();
    int positions = layout.positions();
    return SOFTMAX
        + 3 * KEY_SWITCH
        + rowBlocks * (features + logits + residual + products + drops)
        + Spread.gather(stride, positions, rowBlocks).gatherCost()
        + Spread.scatter(stride, positions, rowBlocks).scatterCost();
  }
}
