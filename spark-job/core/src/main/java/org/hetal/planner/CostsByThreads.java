package org.hetal.planner;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Measured costs of an engine with different numbers of threads. Between two measured numbers a
 * time is interpolated, linearly in the logarithms of threads and seconds; outside of them nothing
 * is known.
 */
public final class CostsByThreads {
  private final TreeMap<Integer, CostModel> measured;

  /**
   * Keeps the measurements.
   *
   * @param measured by threads, at least one
   * @throws IllegalArgumentException for none
   */
  public CostsByThreads(Map<Integer, CostModel> measured) {
    if (measured.isEmpty()) {
      throw new IllegalArgumentException("costs: expected at least one measurement, actual none");
    }
    this.measured = new TreeMap<>(measured);
  }

  /** {@return the numbers of threads that were measured, ascending} */
  public Collection<Integer> threads() {
    return measured.keySet();
  }

  /**
   * The costs with a number of threads.
   *
   * @param threads between the least and the largest that were measured
   * @throws IllegalArgumentException for another number
   */
  public CostModel at(int threads) {
    Map.Entry<Integer, CostModel> below = measured.floorEntry(threads);
    Map.Entry<Integer, CostModel> above = measured.ceilingEntry(threads);
    if (below == null || above == null) {
      throw new IllegalArgumentException(
          "costs with "
              + threads
              + " threads: expected "
              + measured.firstKey()
              + " to "
              + measured.lastKey()
              + ", which were measured");
    }
    if (below.getKey().equals(above.getKey())) {
      return below.getValue();
    }
    double share =
        Math.log((double) threads / below.getKey())
            / Math.log((double) above.getKey() / below.getKey());
    CostModel a = below.getValue();
    CostModel b = above.getValue();
    return new CostModel(
        "between " + a.source() + " and " + b.source(),
        between(a, b, share, CostModel::keySwitchSeconds),
        between(a, b, share, CostModel::productSeconds),
        between(a, b, share, CostModel::bootstrapSeconds),
        between(a, b, share, CostModel::bootstrapPairSeconds));
  }

  private static double between(
      CostModel a, CostModel b, double share, ToDoubleFunction<CostModel> time) {
    return Math.exp(
        (1 - share) * Math.log(time.applyAsDouble(a)) + share * Math.log(time.applyAsDouble(b)));
  }
}
