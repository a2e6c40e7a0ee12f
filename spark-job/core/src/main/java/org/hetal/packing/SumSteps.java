package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * Rotations that sum slots at equal distances, in stages of four (the last of two where their
 * number is an odd power of two): each stage adds the rotations of the sum before it.
 */
public final class SumSteps {
  private static final int RADIX = 4;

  private SumSteps() {}

  /**
   * The stages.
   *
   * @param count how many slots are summed, a power of two
   * @param stride from one to the next
   * @return for each stage the steps to the left, 0 first
   */
  public static List<int[]> of(int count, int stride) {
    List<int[]> stages = new ArrayList<>();
    for (int done = 1; done < count; ) {
      int radix = Math.min(RADIX, count / done);
      int[] steps = new int[radix];
      for (int i = 0; i < radix; i++) {
        steps[i] = i * done * stride;
      }
      stages.add(steps);
      done *= radix;
    }
    return stages;
  }
}
