package org.hetal.planner;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Measured costs of an engine with different numbers of threads, and estimates from them. Between
 * two measured numbers a time is interpolated, linearly in the logarithms of threads and seconds.
 * That is never less than Amdahl's law through the same two measurements, which is convex in these
 * logarithms. The law is not used: the two may be of different machines, and their difference is
 * then no division into a serial and a parallel part. Beyond the largest number nothing is known,
 * unless another parameter set was measured there.
 */
public final class CostsByThreads {
  private final TreeMap<Integer, CostModel> measured;
  private final CostsByThreads like; // null: none

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
    this.like = null;
  }

  private CostsByThreads(TreeMap<Integer, CostModel> measured, CostsByThreads like) {
    this.measured = measured;
    this.like = like;
  }

  /**
   * The same costs, which with more threads than were measured fall as those of another parameter
   * set do.
   *
   * @param other of the same engine, measured with the largest number of threads of these and with
   *     more
   * @return these costs, with estimates up to the largest number of threads of the other
   * @throws IllegalArgumentException when it was not
   */
  public CostsByThreads continuedLike(CostsByThreads other) {
    if (!other.isMeasured(measured.lastKey())) {
      throw new IllegalArgumentException(
          "costs to continue like: expected some with "
              + measured.lastKey()
              + " threads, actual "
              + other.threads());
    }
    return new CostsByThreads(measured, other);
  }

  /** {@return whether {@link #at} is a measurement, not an estimate from others} */
  public boolean isMeasured(int threads) {
    return measured.containsKey(threads);
  }

  /** {@return the numbers of threads that were measured, ascending} */
  public Collection<Integer> threads() {
    return measured.keySet();
  }

  /**
   * The costs with a number of threads.
   *
   * @param threads between the least and the largest that were measured, of these costs or of those
   *     that they continue like
   * @return a measurement, or an estimate whose source names the measurements
   * @throws IllegalArgumentException for another number
   */
  public CostModel at(int threads) {
    int most = like == null ? measured.lastKey() : like.measured.lastKey();
    if (threads > measured.lastKey() && threads <= most) {
      return continued(threads);
    }
    Map.Entry<Integer, CostModel> below = measured.floorEntry(threads);
    Map.Entry<Integer, CostModel> above = measured.ceilingEntry(threads);
    if (below == null || above == null) {
      throw new IllegalArgumentException(
          "costs with "
              + threads
              + " threads: expected "
              + measured.firstKey()
              + " to "
              + most
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

  private CostModel continued(int threads) {
    CostModel own = measured.lastEntry().getValue();
    CostModel from = like.at(measured.lastKey());
    CostModel to = like.at(threads);
    return new CostModel(
        own.source() + ", with more threads faster as " + from.source() + " to " + to.source(),
        own.keySwitchSeconds() * to.keySwitchSeconds() / from.keySwitchSeconds(),
        own.productSeconds() * to.productSeconds() / from.productSeconds(),
        own.bootstrapSeconds() * to.bootstrapSeconds() / from.bootstrapSeconds(),
        own.bootstrapPairSeconds() * to.bootstrapPairSeconds() / from.bootstrapPairSeconds());
  }

  private static double between(
      CostModel a, CostModel b, double share, ToDoubleFunction<CostModel> time) {
    return Math.exp(
        (1 - share) * Math.log(time.applyAsDouble(a)) + share * Math.log(time.applyAsDouble(b)));
  }
}
