package org.hetal.plan;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Consecutive rows of a split, in its order of encryption.
 *
 * @param first at least 0
 * @param rows at least 1
 * @serial exclude
 */
public record RowRange(int first, int rows) implements Serializable {
  /**
   * Checks the ranges.
   *
   * @param first at least 0
   * @param rows at least 1
   * @throws IllegalArgumentException for a number out of its range
   */
  public RowRange {
    if (first < 0 || rows < 1) {
      throw new IllegalArgumentException(
          "row range: expected first >= 0 and rows >= 1, actual " + first + ", " + rows);
    }
  }

  /** {@return one past the last row} */
  public int end() {
    return first + rows;
  }

  /**
   * These rows of an array.
   *
   * @param all rows of the split, [rows][features]
   * @return a new array with the same row objects
   */
  public double[][] of(double[][] all) {
    return Arrays.copyOfRange(all, first, end());
  }

  /**
   * These rows of an array of labels.
   *
   * @param all labels of the split
   * @return a copy of the range
   */
  public int[] of(int[] all) {
    return Arrays.copyOfRange(all, first, end());
  }
}
