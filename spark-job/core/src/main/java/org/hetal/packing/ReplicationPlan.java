package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * How the blocks of a run of slots are replicated or packed with one level of masks. A run has
 * {@code positions} blocks of {@code stride} slots. All runs, and all slots below the stride, are
 * treated alike. The two operators are transposes of each other:
 *
 * <ul>
 *   <li><b>replicate</b>: of one input a, output v (0 &lt;= v &lt; count) has a's block v in every
 *       block;
 *   <li><b>pack sums</b>: of inputs a_v, the output's block v is the sum of all blocks of a_v.
 *       Blocks from {@code count} on are 0.
 * </ul>
 *
 * For four positions and count 4, with a = (a0 a1 a2 a3):
 *
 * <pre>
 * replicate      output 0 = (a0 a0 a0 a0)   output 1 = (a1 a1 a1 a1)   ...
 * pack sums      (sum of input 0, sum of input 1, sum of input 2, sum of input 3)
 * </pre>
 *
 * The run is cut into windows of {@code window} blocks. Inside a window each offset from
 * -(window-1) to window-1 is one rotation, and its input is masked before it is used. The rotations
 * of a replication share one decomposition; those of a packing share one division by the special
 * primes. Between windows, values are copied or summed by {@link #rotateAndSumStages} without
 * masks. A replication needs no masks there because all other windows are 0. A packing needs none
 * because only one window of the result is used. With window = positions there are no
 * rotate-and-sum stages; with window = 1 there is only doubling. {@link #replicate} and {@link
 * #packSums} choose the cheapest window.
 *
 * @param stride slots of a block
 * @param positions blocks of a run, a power of two
 * @param count outputs of a replication, inputs of a packing: 1 to positions
 * @param window blocks of a window, a power of two, at most positions
 */
public record ReplicationPlan(int stride, int positions, int count, int window) {
  /** Copies per rotate-and-sum stage: four copies take three key products and one decomposition. */
  private static final int RADIX = 4;

  /**
   * Checks the count.
   *
   * @param stride slots of a block
   * @param positions blocks of a run, a power of two
   * @param count 1 to positions
   * @param window blocks of a window, a power of two, at most positions
   * @throws IllegalArgumentException for another count
   */
  public ReplicationPlan {
    if (count < 1 || count > positions) {
      throw new IllegalArgumentException(
          "replication: expected 1 to " + positions + " values, actual " + count);
    }
  }

  /**
   * The plan that replicates at the least cost.
   *
   * @param stride slots of a block
   * @param positions blocks of a run, a power of two
   * @param count outputs, 1 to positions
   * @return the plan with the cheapest window
   */
  public static ReplicationPlan replicate(int stride, int positions, int count) {
    return cheapest(stride, positions, count, true);
  }

  /**
   * The plan that packs sums at the least cost.
   *
   * @param stride slots of a block
   * @param positions blocks of a run, a power of two
   * @param count inputs, 1 to positions
   * @return the plan with the cheapest window
   */
  public static ReplicationPlan packSums(int stride, int positions, int count) {
    return cheapest(stride, positions, count, false);
  }

  private static ReplicationPlan cheapest(int stride, int positions, int count, boolean replicate) {
    ReplicationPlan best = null;
    for (int window = 1; window <= positions; window *= 2) {
      ReplicationPlan plan = new ReplicationPlan(stride, positions, count, window);
      if (best == null || plan.cost(replicate) < best.cost(replicate)) {
        best = plan;
      }
    }
    return best;
  }

  private double cost(boolean replicate) {
    return replicate ? replicateCost() : packSumsCost();
  }

  /** {@return the largest offset inside a window, in blocks; the smallest is -(window-1)} */
  public int largestOffset() {
    return Math.min(count, window) - 1;
  }

  /** The number of offsets inside a window other than 0. */
  private int offsets() {
    return window - 1 + largestOffset();
  }

  /** Cost in rotations, with the last rescaling. */
  double replicateCost() {
    if (positions == 1) {
      return count * StepCost.RESCALE;
    }
    double masks = (double) count * window * StepCost.MULTIPLY_PLAIN;
    double rotations =
        window == 1
            ? 0
            : StepCost.DECOMPOSE + offsets() * StepCost.KEY_PRODUCT + count * StepCost.DIVIDE;
    return masks + rotations + count * (StepCost.RESCALE + rotateAndSumCost());
  }

  /** Cost in rotations, with the last rescaling. */
  double packSumsCost() {
    if (positions == 1) {
      return count * StepCost.RESCALE;
    }
    double masks = (double) count * window * StepCost.MULTIPLY_PLAIN;
    double rotations =
        window == 1 ? 0 : offsets() * (StepCost.DECOMPOSE + StepCost.KEY_PRODUCT) + StepCost.DIVIDE;
    return count * rotateAndSumCost() + masks + rotations + StepCost.RESCALE;
  }

  private double rotateAndSumCost() {
    return StepCost.sum(rotateAndSumStages(0));
  }

  /**
   * The stages that copy the window v / window to all others. With negated steps they sum all
   * windows into that one.
   *
   * @param v a block, 0 to {@code count} - 1
   * @return stages in order, each a sum of rotations by the given steps, of which the first is 0
   */
  public List<int[]> rotateAndSumStages(int v) {
    List<int[]> stages = new ArrayList<>();
    int target = v / window;
    int size = window;
    for (int left = positions / window; left > 1; ) {
      int radix = Math.min(RADIX, left);
      int digit = target % radix;
      int[] steps = new int[radix];
      int at = 1;
      for (int j = 0; j < radix; j++) {
        if (j != digit) {
          steps[at++] = (digit - j) * size * stride;
        }
      }
      stages.add(steps);
      target /= radix;
      size *= radix;
      left /= radix;
    }
    return stages;
  }
}
