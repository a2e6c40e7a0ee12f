package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * A scatter or gather along the rows of a unit block in two levels of masks: between groups of
 * {@code group} rows (outer), and inside the groups (inner).
 *
 * @param group rows of a group, a power of two
 * @param outer stride group, positions rowsPerBlock / group, one value a group that is in use
 * @param inner stride 1, positions group; one entry a group that is in use
 */
public record DiagonalSpread(int group, Spread outer, List<Spread> inner) {
  public DiagonalSpread {
    inner = List.copyOf(inner);
  }

  /** The cheapest scatter of the first {@code count} rows. */
  public static DiagonalSpread scatter(int rowsPerBlock, int count) {
    return cheapest(rowsPerBlock, count, true);
  }

  /** The cheapest gather into the first {@code count} rows. */
  public static DiagonalSpread gather(int rowsPerBlock, int count) {
    return cheapest(rowsPerBlock, count, false);
  }

  private static DiagonalSpread cheapest(int rowsPerBlock, int count, boolean scatter) {
    DiagonalSpread best = null;
    for (int group = 1; group <= rowsPerBlock; group *= 2) {
      DiagonalSpread plan = of(rowsPerBlock, count, group, scatter);
      if (best == null || plan.cost(scatter) < best.cost(scatter)) {
        best = plan;
      }
    }
    return best;
  }

  private static DiagonalSpread of(int rowsPerBlock, int count, int group, boolean scatter) {
    int groups = Layout.ceilDiv(count, group);
    int positions = rowsPerBlock / group;
    List<Spread> inner = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      int values = Math.min(group, count - g * group);
      inner.add(scatter ? Spread.scatter(1, group, values) : Spread.gather(1, group, values));
    }
    Spread outer =
        scatter
            ? Spread.scatter(group, positions, groups)
            : Spread.gather(group, positions, groups);
    return new DiagonalSpread(group, outer, inner);
  }

  /** In rotations. */
  public double cost(boolean scatter) {
    double cost = scatter ? outer.scatterCost() : outer.gatherCost();
    for (Spread spread : inner) {
      cost += scatter ? spread.scatterCost() : spread.gatherCost();
    }
    return cost;
  }
}
