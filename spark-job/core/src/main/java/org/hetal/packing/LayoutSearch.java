package org.hetal.packing;

import java.util.Locale;

/** The search for the layout with the least cost. */
public final class LayoutSearch {
  private LayoutSearch() {}

  /**
   * The layout in which a training step costs least by the key switches and bootstraps that depend
   * on it.
   *
   * @param slots a power of two
   * @param batchRows rows of a full minibatch
   * @param features 1 to {@link Layout#MAX_FEATURES}, the bias column included
   * @param classes 2 to {@link Layout#MAX_CLASSES}
   * @return the layout
   * @throws IllegalArgumentException for a number out of its range
   */
  public static Layout cheapest(int slots, int batchRows, int features, int classes) {
    Layout.requirePowerOfTwo("slots", slots, 4);
    Layout.requireRange("classes", classes, 2, Layout.MAX_CLASSES);
    Layout.requireRange("features", features, 1, Layout.MAX_FEATURES);
    if (batchRows < 1) {
      throw new IllegalArgumentException("batch rows: expected at least 1, actual " + batchRows);
    }
    int most = slots / Layout.powerOfTwoAtLeast(classes);
    if (most < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layout: %d classes need at least %d slots, actual %d",
              classes,
              2 * Layout.powerOfTwoAtLeast(classes),
              slots));
    }
    Layout best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int rowsPerBlock = most; rowsPerBlock >= 2; rowsPerBlock /= 2) {
      Layout candidate = new Layout(slots, rowsPerBlock, classes, features);
      double cost = StepCost.of(candidate, batchRows);
      if (cost < least) {
        least = cost;
        best = candidate;
      }
    }
    return best;
  }
}
