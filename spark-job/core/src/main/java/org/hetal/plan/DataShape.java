package org.hetal.plan;

import java.io.Serializable;

/**
 * The numbers of prepared data that a plan depends on.
 *
 * @param trainingRows at least 1
 * @param validationRows at least 1
 * @param features columns of a prepared row, the bias included; at least 1
 */
public record DataShape(int trainingRows, int validationRows, int features)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public DataShape {
    Checks.range("training rows", trainingRows, 1, Schedule.MOST_ROWS);
    Checks.range("validation rows", validationRows, 1, Schedule.MOST_ROWS);
    Checks.range("features", features, 1, org.hetal.packing.Layout.MAX_FEATURES);
  }
}
