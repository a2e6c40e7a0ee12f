package org.hetal.tools;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How one kind of memory of one process changes: the line with the least squares through its
 * samples after the warm-up.
 *
 * @param first step that counts
 * @param last step that counts
 * @param mean bytes
 * @param growth bytes per 100 steps; negative: it shrinks
 */
record MemoryTrend(int first, int last, double mean, double growth) {
  private static final int STEPS = 100;

  /**
   * @param samples of one process, at least two after the warm-up
   * @param warmUp steps that do not count
   */
  static MemoryTrend of(
      List<MemorySample> samples, int warmUp, ToLongFunction<MemorySample> bytes) {
    List<MemorySample> counted = samples.stream().filter(each -> each.step() > warmUp).toList();
    double meanStep = counted.stream().mapToInt(MemorySample::step).average().orElseThrow();
    double mean = counted.stream().mapToLong(bytes).average().orElseThrow();
    double together = 0;
    double squares = 0;
    for (MemorySample each : counted) {
      double distance = each.step() - meanStep;
      together += distance * (bytes.applyAsLong(each) - mean);
      squares += distance * distance;
    }
    return new MemoryTrend(
        counted.get(0).step(),
        counted.get(counted.size() - 1).step(),
        mean,
        STEPS * together / squares);
  }
}
