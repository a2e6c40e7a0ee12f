package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * Replicates blocks of slots along a run of equal blocks, or sums them up, with one multiplication
 * by masks. The run has {@code positions} blocks of {@code stride} slots. A ciphertext holds
 * slotCount / (positions * stride) runs one behind the other; all of them are treated alike. The
 * two operators are the transposes of each other:
 *
 * <ul>
 *   <li><b>scatter</b>: of one input a, output v (0 &lt;= v &lt; count) holds a's block v in every
 *       block;
 *   <li><b>gather</b>: of inputs a_v, the output's block v is the sum of all blocks of a_v; blocks
 *       from {@code count} on are 0.
 * </ul>
 *
 * For four positions, a = (a0 a1 a2 a3) and count = 4:
 *
 * <pre>
 * scatter of a       output 0: a0 a0 a0 a0    gather of a, b, c, d
 *                    output 1: a1 a1 a1 a1    output: (a0+a1+a2+a3  b0+b1+b2+b3
 *                    output 2: a2 a2 a2 a2             c0+c1+c2+c3  d0+d1+d2+d3)
 *                    output 3: a3 a3 a3 a3
 * </pre>
 *
 * The run is cut into sub-runs of {@code direct} blocks.
 *
 * <ul>
 *   <li>Inside a sub-run, each offset from -(direct-1) to direct-1 is one rotation with a mask. The
 *       rotations of a scatter share one decomposition; those of a gather share one division by the
 *       special primes.
 *   <li>Between sub-runs, {@link #folds} rotate and add. A scatter copies one sub-run into the
 *       others this way. It needs no mask, because the other sub-runs are 0 then. A gather sums the
 *       sub-runs this way. It needs no mask, because a later mask keeps only the sub-run in which
 *       the sum is complete.
 * </ul>
 *
 * direct = positions has the fewest rotations one after the other. direct = 1 is doubling only.
 * {@link #scatter} and {@link #gather} take the cheapest.
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
