package org.hetal.he.simulator;

import org.hetal.he.Parameters;

/**
 * Parameters without primes: a slot count, a budget of levels, one scale for every level. As many
 * levels as the engine's sets leave by default. Nothing is encrypted, so the name starts with
 * {@code insecure_}.
 *
 * @param ringDegree twice the slot count; a power of two, at least 4
 * @param bootstrapInputLevel levels that a bootstrap itself takes at the bottom
 * @param usableLevels rescalings between two bootstraps
 * @param bootstrapBound the largest slot magnitude that a bootstrap carries
 */
public record SimulatedParameters(
    int ringDegree, int bootstrapInputLevel, int usableLevels, double bootstrapBound)
    implements Parameters {

  private static final double LOG_SCALE = 42;

  public SimulatedParameters {
    if (ringDegree < 4 || Integer.bitCount(ringDegree) != 1) {
      throw new IllegalArgumentException(
          "ring degree: expected a power of two of at least 4, actual " + ringDegree);
    }
    if (bootstrapInputLevel < 0 || usableLevels < 1 || !(bootstrapBound > 0)) {
      throw new IllegalArgumentException(
          "simulated parameters: expected input level >= 0, usable levels >= 1, bound > 0; actual "
              + bootstrapInputLevel
              + ", "
              + usableLevels
              + ", "
              + bootstrapBound);
    }
  }

  /** The budget of the engine's default set, with a ring of any size. */
  public static SimulatedParameters withRingDegree(int ringDegree) {
    return new SimulatedParameters(ringDegree, 3, 12, 2);
  }

  @Override
  public String name() {
    return "insecure_simulator_n" + Integer.numberOfTrailingZeros(ringDegree) + "_l" + usableLevels;
  }

  /** Not a digest: what the record says, in hex. */
  @Override
  public String hash() {
    return String.format(
        "%08x%08x%08x%016x",
        ringDegree, bootstrapInputLevel, usableLevels, Double.doubleToLongBits(bootstrapBound));
  }

  @Override
  public double logQp() {
    return 0;
  }

  @Override
  public int securityBits() {
    return 0;
  }

  @Override
  public int maxLevel() {
    return bootstrapOutputLevel();
  }

  @Override
  public double scale(int level) {
    return Math.pow(2, LOG_SCALE);
  }

  @Override
  public int bootstrapOutputLevel() {
    return bootstrapInputLevel + usableLevels;
  }
}
