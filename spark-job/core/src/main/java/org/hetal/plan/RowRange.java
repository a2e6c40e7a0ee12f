package org.hetal.plan;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Consecutive rows of a split, in its order of encryption.
 *
 * @param first at least 0
 * @param rows at least 1
 */
public record RowRange(int first, int rows) implements Serializable {
  public RowRange {
    if (first < 0 || rows < 1) {
      throw new IllegalArgumentException(
          "row range: expected first >= 0 and rows >= 1, actual " + first + ", " + rows);
    }
  }

  /** One past the last row. */
  public int end() {
    return first + rows;
  }

  /** These rows of an array of rows. */
  public double[][] of(double[][] all) {
    return Arrays.copyOfRange(all, first, end());
  }

  /** These rows of an array of labels. */
  public int[] of(int[] all) {
    return Arrays.copyOfRange(all, first, end());
  }
}
