package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * How values are spread along a run of equal blocks of slots, or collected from it, with one level
 * of masks. The run has {@code positions} blocks of {@code stride} slots; slots below the stride
 * and runs above it are worked on alike. The two operators are each other's transposes:
 *
 * <ul>
 *   <li><b>scatter</b>: of one input a, output v (0 &lt;= v &lt; count) holds a's block v in every
 *       block;
 *   <li><b>gather</b>: of inputs a_v, the output's block v is the sum of all blocks of a_v; blocks
 *       from {@code count} on are 0.
 * </ul>
 *
 * The run is cut into sub-runs of {@code direct} blocks. Inside a sub-run the operator is direct:
 * every offset -(direct-1) to direct-1 is a rotation, masked before it is used; a scatter's share
 * one decomposition, a gather's one division by the special primes. Between sub-runs, values are
 * copied (summed) by {@link #folds}, which need no masks because nothing else is there (because
 * only the sub-run that is valid afterwards is kept). direct = positions is the form with fewest
 * levels of rotations, direct = 1 is plain doubling; {@link #scatter} and {@link #gather} take the
 * cheapest.
 *
 * @param stride slots of a block
 * @param positions blocks of a run, a power of two
 * @param count outputs of a scatter, inputs of a gather: 1 to positions
 * @param direct blocks of a sub-run, a power of two, at most positions
 */
public record Spread(int stride, int positions, int count, int direct) {
  /** A fold's radix: four copies are three key products and one decomposition. */
  private static final int RADIX = 4;

  public Spread {
    if (count < 1 || count > positions) {
      throw new IllegalArgumentException(
          "spread: expected 1 to " + positions + " values, actual " + count);
    }
  }

  /** The cheapest way to scatter. */
  public static Spread scatter(int stride, int positions, int count) {
    return cheapest(stride, positions, count, true);
  }

  /** The cheapest way to gather. */
  public static Spread gather(int stride, int positions, int count) {
    return cheapest(stride, positions, count, false);
  }

  private static Spread cheapest(int stride, int positions, int count, boolean scatter) {
    Spread best = null;
    for (int direct = 1; direct <= positions; direct *= 2) {
      Spread plan = new Spread(stride, positions, count, direct);
      if (best == null || plan.cost(scatter) < best.cost(scatter)) {
        best = plan;
      }
    }
    return best;
  }

  private double cost(boolean scatter) {
    return scatter ? scatterCost() : gatherCost();
  }

  /** Smallest and largest offset, in blocks, of the direct part: -(direct-1) to this. */
  public int largestOffset() {
    return Math.min(count, direct) - 1;
  }

  /** Rotations by other than 0 in the direct part. */
  private int offsets() {
    return direct - 1 + largestOffset();
  }

  /** In rotations; the last rescaling included. */
  public double scatterCost() {
    if (positions == 1) {
      return count * StepCost.RESCALE;
    }
    double masks = (double) count * direct * StepCost.MULTIPLY_PLAIN;
    double rotations =
        direct == 1
            ? 0
            : StepCost.DECOMPOSE + offsets() * StepCost.KEY_PRODUCT + count * StepCost.DIVIDE;
    return masks + rotations + count * (StepCost.RESCALE + foldCost());
  }

  /** In rotations; the last rescaling included. */
  public double gatherCost() {
    if (positions == 1) {
      return count * StepCost.RESCALE;
    }
    double masks = (double) count * direct * StepCost.MULTIPLY_PLAIN;
    double rotations =
        direct == 1 ? 0 : offsets() * (StepCost.DECOMPOSE + StepCost.KEY_PRODUCT) + StepCost.DIVIDE;
    return count * foldCost() + masks + rotations + StepCost.RESCALE;
  }

  private double foldCost() {
    double cost = 0;
    for (int[] steps : folds(0)) {
      cost += StepCost.DECOMPOSE + (steps.length - 1) * StepCost.KEY_PRODUCT + StepCost.DIVIDE;
    }
    return cost;
  }

  /**
   * The stages that copy sub-run v / direct to all others; each is a sum of rotations by these
   * steps, 0 the first. With the signs turned they sum all sub-runs into that one.
   */
  public List<int[]> folds(int v) {
    List<int[]> stages = new ArrayList<>();
    int target = v / direct;
    int size = direct;
    for (int left = positions / direct; left > 1; ) {
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
