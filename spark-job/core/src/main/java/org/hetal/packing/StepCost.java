package org.hetal.packing;

import java.util.List;

/**
 * The cost of a training step in a layout, in rotations of one ciphertext. It serves to choose
 * between layouts and does not predict seconds.
 *
 * <p>A key switch is about a hundred number-theoretic transforms: two fifths in decomposing the
 * input, two fifths in dividing by the special primes, the rest in the key product. Hoisting saves
 * the first part. Summing before dividing saves the second.
 */
final class StepCost {
  static final double DECOMPOSE = 0.4;
  static final double KEY_PRODUCT = 0.2;
  static final double DIVIDE = 0.4;
  static final double KEY_SWITCH = DECOMPOSE + KEY_PRODUCT + DIVIDE;
  static final double RESCALE = 0.2;
  static final double MULTIPLY = 0.1;
  static final double MULTIPLY_PLAIN = 0.04;

  /** Reading a feature ciphertext and bringing it to the level of its product. */
  static final double READ = 0.4;

  /** The backward product runs some seven levels below the forward one. */
  static final double BACKWARD = 0.6;

  /** Bootstrapping two real ciphertexts together: weights and look-ahead point. */
  static final double BOOTSTRAP_PAIR = 220;

  /** Bootstrapping one, in which weights and look-ahead point lie side by side. */
  static final double BOOTSTRAP = 155;

  private StepCost() {}

  /**
   * A step on {@code rows} rows: reading, expansion, forward, one bootstrap of the softmax, which
   * has at least one, backward, refreshing the weights. The rest of the softmax costs the same in
   * every layout of the same slots and classes and is left out.
   */
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
    return cost + BACKWARD * layout.diagonals() * (KEY_SWITCH + RESCALE);
  }

  private static double compact(Layout layout, int ciphertext) {
    int count = layout.diagonalsOf(ciphertext);
    DiagonalReplicationPlan replicated = DiagonalReplicationPlan.replicate(layout, count);
    DiagonalReplicationPlan packed = DiagonalReplicationPlan.packSums(layout, count);
    return (layout.hasRoomForTwo() ? BOOTSTRAP * layout.bootstrapShare() : BOOTSTRAP_PAIR)
        + KEY_SWITCH
        + replicated.cost(true)
        + unfolding(layout, replicated.outer().count())
        + BACKWARD
            * (2 * KEY_SWITCH + packed.cost(false) + folding(layout, packed.outer().count()));
  }

  /** What a replication of groups costs more if its input is folded. */
  private static double unfolding(Layout layout, int groups) {
    int more = layout.copies() - 1;
    return more == 0
        ? 0
        : DECOMPOSE + more * KEY_PRODUCT + groups * (DIVIDE + more * MULTIPLY_PLAIN);
  }

  /** What a packing of groups costs more if its result is folded. */
  private static double folding(Layout layout, int groups) {
    int more = layout.copies() - 1;
    return more == 0
        ? 0
        : more * (DECOMPOSE + KEY_PRODUCT + groups * MULTIPLY_PLAIN)
            + DIVIDE
            + sum(SumSteps.of(layout.copies(), layout.period()));
  }

  private static double group(Layout layout, int rowBlocks) {
    int babySteps = layout.babySteps();
    int giants = layout.diagonalSteps() / babySteps;
    double hoisted = KEY_PRODUCT + DIVIDE;
    double features =
        layout.columnBlocks()
            * (READ + (babySteps == 1 ? 0 : DECOMPOSE + (babySteps - 1) * hoisted));
    double logits =
        giants * KEY_SWITCH
            + (giants - 1) * (DECOMPOSE + KEY_PRODUCT)
            + (giants == 1 ? 0 : DIVIDE)
            + RESCALE;
    double residual = giants == 1 ? 0 : DECOMPOSE + (giants - 1) * hoisted;
    double products = layout.diagonals() * MULTIPLY;
    int stride = layout.rowsPerBlock();
    int positions = layout.positions();
    double forward =
        rowBlocks * (features + logits + products)
            + 2 * KEY_SWITCH
            + ReplicationPlan.packSums(stride, positions, rowBlocks).packSumsCost()
            + sum(SumSteps.of(layout.copies(), layout.period()));
    double softmax = BOOTSTRAP * layout.bootstrapShare();
    double backward =
        rowBlocks * (layout.columnBlocks() * RESCALE + residual + products)
            + KEY_SWITCH
            + ReplicationPlan.replicate(stride, positions, rowBlocks).replicateCost();
    return forward + softmax + BACKWARD * backward;
  }

  /** Of stages of rotations and sums. */
  static double sum(List<int[]> stages) {
    return stages.stream()
        .mapToDouble(steps -> DECOMPOSE + (steps.length - 1) * KEY_PRODUCT + DIVIDE)
        .sum();
  }
}
