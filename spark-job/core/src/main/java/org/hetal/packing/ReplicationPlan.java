package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * How values are spread along a run of equal blocks of slots, or collected from it, with one level
 * of masks. The run has {@code positions} blocks of {@code stride} slots; slots below the stride
 * and runs above it are worked on alike. The two operators are each other's transposes:
 *
 * <ul>
 *   <li><b>replicate</b>: of one input a, output v (0 &lt;= v &lt; count) holds a's block v in
 *       every block;
 *   <li><b>packSums</b>: of inputs a_v, the output's block v is the sum of all blocks of a_v;
 *       blocks from {@code count} on are 0.
 * </ul>
 *
 * The run is cut into sub-runs of {@code window} blocks. Inside a sub-run the operator is window:
 * every offset -(window-1) to window-1 is a rotation, masked before it is used; a replicate's share
 * one decomposition, a packSums's one division by the special primes. Between sub-runs, values are
 * copied (summed) by {@link #rotateAndSumStages}, which need no masks because nothing else is there
 * (because only the sub-run that is valid afterwards is kept). window = positions is the form with
 * fewest levels of rotations, window = 1 is plain doubling; {@link #replicate} and {@link
 * #packSums} take the cheapest.
 *
 * @param stride slots of a block
 * @param positions blocks of a run, a power of two
 * @param count outputs of a replicate, inputs of a packSums: 1 to positions
 * @param window blocks of a sub-run, a power of two, at most positions
 */
public record ReplicationPlan(int stride, int positions, int count, int window) {
  /** A fold's radix: four copies are three key products and one decomposition. */
  private static final int RADIX = 4;

  public ReplicationPlan {
    if (count < 1 || count > positions) {
      throw new IllegalArgumentException(
          "spread: expected 1 to " + positions + " values, actual " + count);
    }
  }

  /** The cheapest way to replicate. */
  public static ReplicationPlan replicate(int stride, int positions, int count) {
    return cheapest(stride, positions, count, true);
  }

  /** The cheapest way to packSums. */
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

  /** Smallest and largest offset, in blocks, of the window part: -(window-1) to this. */
  public int largestOffset() {
    return Math.min(count, window) - 1;
  }

  /** Rotations by other than 0 in the window part. */
  private int offsets() {
    return window - 1 + largestOffset();
  }

  /** In rotations; the last rescaling included. */
  public double replicateCost() {
    if (positions == 1) {
      return count * StepCost.RESCALE;
    }
    double masks = (double) count * window * StepCost.MULTIPLY_PLAIN;
    double rotations =
        window == 1
            ? 0
            : StepCost.DECOMPOSE + offsets() * StepCost.KEY_PRODUCT + count * StepCost.DIVIDE;
    return masks + rotations + count * (StepCost.RESCALE + foldCost());
  }

  /** In rotations; the last rescaling included. */
  public double packSumsCost() {
    if (positions == 1) {
      return count * StepCost.RESCALE;
    }
    double masks = (double) count * window * StepCost.MULTIPLY_PLAIN;
    double rotations =
        window == 1 ? 0 : offsets() * (StepCost.DECOMPOSE + StepCost.KEY_PRODUCT) + StepCost.DIVIDE;
    return count * foldCost() + masks + rotations + StepCost.RESCALE;
  }

  private double foldCost() {
    double cost = 0;
    for (int[] steps : rotateAndSumStages(0)) {
      cost += StepCost.DECOMPOSE + (steps.length - 1) * StepCost.KEY_PRODUCT + StepCost.DIVIDE;
    }
    return cost;
  }

  /**
   * The stages that copy sub-run v / window to all others; each is a sum of rotations by these
   * steps, 0 the first. With the signs rotated they sum all sub-runs into that one.
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
