package org.hetal.packing;

import java.util.Locale;
import org.hetal.he.Parameters;

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
    return cheapest(slots, batchRows, features, classes, batchRows);
  }

  /**
   * As {@link #cheapest(int, int, int, int)}, with groups that hold more rows than a minibatch has.
   *
   * @param slots a power of two
   * @param batchRows rows of a full minibatch
   * @param features 1 to {@link Layout#MAX_FEATURES}, the bias column included
   * @param classes 2 to {@link Layout#MAX_CLASSES}
   * @param groupRows at least so many rows fit into a group, or the group fills all slots
   * @return the layout
   * @throws IllegalArgumentException for a number out of its range
   */
  public static Layout cheapest(
      int slots, int batchRows, int features, int classes, int groupRows) {
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
    // A minibatch that does not fill the slots is one group of fewer rows. Its slots repeat.
    int fewest =
        Math.max(
            Layout.powerOfTwoAtLeast(Math.min(most, Math.max(batchRows, groupRows))),
            Parameters.FEWEST_BOOTSTRAP_SLOTS / Layout.powerOfTwoAtLeast(classes));
    fewest = Math.min(most, Math.max(2, fewest));
    for (int rowsPerGroup = most; rowsPerGroup >= fewest; rowsPerGroup /= 2) {
      for (int rowsPerBlock = rowsPerGroup; rowsPerBlock >= 2; rowsPerBlock /= 2) {
        Layout full = new Layout(slots, rowsPerBlock, classes, features);
        if (rowsPerGroup < most && !full.canRepeat(rowsPerGroup)) {
          continue;
        }
        Layout candidate = new Layout(slots, rowsPerBlock, classes, features, rowsPerGroup);
        double cost = StepCost.of(candidate, batchRows);
        if (cost < least) {
          least = cost;
          best = candidate;
        }
      }
    }
    return best;
  }
}
