package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * A replication or packing along the rows of a block in two levels of masks: between groups of
 * {@code group} rows (outer), and inside the groups (inner).
 *
 * @param group rows of a group, a power of two
 * @param outer stride group, positions rowsPerBlock / group, one value per group in use; with
 *     folds, window 1
 * @param inner stride 1, positions group; one entry per group in use
 */
public record DiagonalReplicationPlan(
    int group, ReplicationPlan outer, List<ReplicationPlan> inner) {
  /**
   * Copies the list.
   *
   * @param group rows of a group, a power of two
   * @param outer between groups
   * @param inner inside the groups, one per group in use
   */
  public DiagonalReplicationPlan {
    inner = List.copyOf(inner);
  }

  /**
   * The cheapest replication of a compact form.
   *
   * @param layout of the weights
   * @param count rows in use, 1 to {@code rowsPerBlock}: the first ones
   * @return the plan
   */
  public static DiagonalReplicationPlan replicate(Layout layout, int count) {
    return cheapest(layout, count, true);
  }

  /**
   * The cheapest packing into a compact form.
   *
   * @param layout of the weights
   * @param count rows in use, 1 to {@code rowsPerBlock}: the first ones
   * @return the plan
   */
  public static DiagonalReplicationPlan packSums(Layout layout, int count) {
    return cheapest(layout, count, false);
  }

  private static DiagonalReplicationPlan cheapest(Layout layout, int count, boolean replicate) {
    DiagonalReplicationPlan best = null;
    int largest = layout.copies() == 1 ? layout.rowsPerBlock() : layout.folds().rows();
    for (int group = 1; group <= largest; group *= 2) {
      DiagonalReplicationPlan plan = of(layout, count, group, replicate);
      if (best == null || plan.cost(replicate) < best.cost(replicate)) {
        best = plan;
      }
    }
    return best;
  }

  private static DiagonalReplicationPlan of(
      Layout layout, int count, int group, boolean replicate) {
    int groups = Layout.ceilDiv(count, group);
    int positions = layout.rowsPerBlock() / group;
    List<ReplicationPlan> inner = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      int values = Math.min(group, count - g * group);
      inner.add(
          replicate
              ? ReplicationPlan.replicate(1, group, values)
              : ReplicationPlan.packSums(1, group, values));
    }
    return new DiagonalReplicationPlan(
        group, outer(layout, group, positions, groups, replicate), inner);
  }

  private static ReplicationPlan outer(
      Layout layout, int group, int positions, int groups, boolean replicate) {
    if (layout.copies() > 1) {
      return new ReplicationPlan(group, positions, groups, 1);
    }
    return replicate
        ? ReplicationPlan.replicate(group, positions, groups)
        : ReplicationPlan.packSums(group, positions, groups);
  }

  /** Cost in rotations. */
  double cost(boolean replicate) {
    double cost = replicate ? outer.replicateCost() : outer.packSumsCost();
    for (ReplicationPlan part : inner) {
      cost += replicate ? part.replicateCost() : part.packSumsCost();
    }
    return cost;
  }
}
