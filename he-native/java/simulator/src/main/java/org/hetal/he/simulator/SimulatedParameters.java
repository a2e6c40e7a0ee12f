package org.hetal.he.simulator;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * @serial exclude
 */
public record SimulatedParameters(
    int ringDegree, int bootstrapInputLevel, int usableLevels, double bootstrapBound)
    implements Parameters {

  private static final double LOG_SCALE = 42;

  // The keys of an engine's set with such levels; a simulator has none, but plans are made with it.
  private static final int SPECIAL_PRIMES = 7;
  private static final int LIMBS_PER_DIGIT = 8;
  private static final int PRIME_BITS = 50;

  private static final Pattern NAME =
      Pattern.compile("insecure_simulator_n([0-9]{1,2})_l([0-9]{1,2})");

  /**
   * Checks the ranges.
   *
   * @param ringDegree a power of two, at least 4
   * @param bootstrapInputLevel at least 0
   * @param usableLevels at least 1
   * @param bootstrapBound above 0
   * @throws IllegalArgumentException for a number out of its range
   */
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

  /**
   * The levels and the bound of the engine's default set, with a ring of any size.
   *
   * @param ringDegree a power of two, at least 4
   * @return input level 3, 12 usable levels, bound 2
   * @throws IllegalArgumentException for another ring degree
   */
  public static SimulatedParameters withRingDegree(int ringDegree) {
    return new SimulatedParameters(ringDegree, 3, 12, 2);
  }

  /**
   * The ring degree, the levels and the bound of a set.
   *
   * @param parameters of any evaluator
   * @return parameters on which the same computation takes the same operations
   */
  public static SimulatedParameters like(Parameters parameters) {
    return new SimulatedParameters(
        parameters.ringDegree(),
        parameters.bootstrapInputLevel(),
        parameters.usableLevels(),
        parameters.bootstrapBound());
  }

  /**
   * The parameters whose {@link #name()} this is: ring degree and levels are in it, the rest is the
   * engine's default.
   *
   * @param name {@code insecure_simulator_nLOG_lLEVELS}, with LOG of 2 to 17 and LEVELS of 1 to 99
   * @return the parameters
   * @throws IllegalArgumentException for any other name
   */
  public static SimulatedParameters named(String name) {
    Matcher matcher = NAME.matcher(name);
    if (matcher.matches()) {
      int log = Integer.parseInt(matcher.group(1));
      int levels = Integer.parseInt(matcher.group(2));
      if (log >= 2 && log <= 17 && levels >= 1) {
        SimulatedParameters usual = withRingDegree(1 << log);
        return new SimulatedParameters(
            1 << log, usual.bootstrapInputLevel(), levels, usual.bootstrapBound());
      }
    }
    throw new IllegalArgumentException(
        "expected insecure_simulator_nLOG_lLEVELS with LOG of 2 to 17, actual " + name);
  }

  @Override
  public String name() {
    return "insecure_simulator_n" + Integer.numberOfTrailingZeros(ringDegree) + "_l" + usableLevels;
  }

  /** Not a digest: what the record says, in hex. */
  @Override
  public String hash() {
    return String.format(
        Locale.ROOT,
        "%08x%08x%08x%016x",
        ringDegree,
        bootstrapInputLevel,
        usableLevels,
        Double.doubleToLongBits(bootstrapBound));
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
  public int specialPrimes() {
    return SPECIAL_PRIMES;
  }

  @Override
  public int digits(int level) {
    return (level + LIMBS_PER_DIGIT) / LIMBS_PER_DIGIT;
  }

  @Override
  public long storedKeyBytes(int level) {
    return level < 0 ? 0 : digits(level) * packed(level + 1 + SPECIAL_PRIMES);
  }

  @Override
  public long storedCiphertextBytes(int level) {
    return 2 * packed(level + 1);
  }

  @Override
  public long storedFreshCiphertextBytes(int level) {
    return packed(level + 1);
  }

  /** A simulated bootstrap has no keys of its own. */
  @Override
  public OptionalLong bootstrapKeyBytes() {
    return OptionalLong.of(0);
  }

  @Override
  public OptionalLong bootstrapKeyBytes(int slots) {
    return OptionalLong.of(0);
  }

  private long packed(int limbs) {
    return (long) limbs * ringDegree * PRIME_BITS / Byte.SIZE;
  }

  @Override
  public int bootstrapOutputLevel() {
    return bootstrapInputLevel + usableLevels;
  }
}
