package org.hetal.plan;

import java.io.Serializable;

/**
 * The numbers of prepared data that a plan depends on.
 *
 * @param trainingRows at least 1
 * @param validationRows at least 1
 * @param features columns of a prepared row, the bias included; at least 1
 * @serial exclude
 */
public record DataShape(int trainingRows, int validationRows, int features)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Checks the ranges.
   *
   * @param trainingRows 1 to {@link Schedule#MOST_ROWS}
   * @param validationRows 1 to {@link Schedule#MOST_ROWS}
   * @param features 1 to 4096
   * @throws IllegalArgumentException for a number out of its range
   */
  public DataShape {
    Checks.range("training rows", trainingRows, 1, Schedule.MOST_ROWS);
    Checks.range("validation rows", validationRows, 1, Schedule.MOST_ROWS);
    Checks.range("features", features, 1, org.hetal.packing.Layout.MAX_FEATURES);
  }
}
