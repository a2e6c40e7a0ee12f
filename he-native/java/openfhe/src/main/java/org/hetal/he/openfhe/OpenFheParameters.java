package org.hetal.he.openfhe;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.hetal.he.HeLevelException;
import org.hetal.he.Parameters;

/**
 * A named parameter set of the OpenFHE evaluator.
 *
 * <p><b>Scales.</b> OpenFHE's FIXEDMANUAL knows one scale, {@code 2^scalingBits} at every level,
 * and takes rescaling to divide by it. The primes differ from it: the values of a product are off
 * by the factor {@code 2^scalingBits / q}, within 2^-33 of one at N = 2^17 and within 2^-39 at N =
 * 2^10, far below the noise. That is the one point in which this evaluator's scales are not exact.
 *
 * <p><b>Levels.</b> {@link #maxLevel()} is the level of a bootstrapped ciphertext; a bootstrap
 * takes two levels at the bottom, one to halve the message (so that {@code z + conj(z)} is its real
 * part) and one inside OpenFHE.
 *
 * @param hash over the primes, the scale, the secret's distribution, the level budgets and the baby
 *     steps
 * @param encodingBudget levels of the bootstrap's CoeffsToSlots
 * @param decodingBudget levels of its SlotsToCoeffs
 * @param babySteps of both; 0 for OpenFHE's choice
 * @param limbs of the whole modulus chain, special primes not included
 * @param specialPrimes of key switching
 */
public record OpenFheParameters(
    String name,
    String hash,
    CkksSettings settings,
    double logQp,
    int bootstrapOutputLevel,
    int encodingBudget,
    int decodingBudget,
    int babySteps,
    int limbs,
    int specialPrimes)
    implements Parameters {

  private static final long serialVersionUID = 1L;
  private static final int BOOTSTRAP_INPUT_LEVEL = 2;

  /** Ring degree, usable levels, digits, level budgets, baby steps, security. */
  private record Literal(
      int logRingDegree,
      int usableLevels,
      int digits,
      int encodingBudget,
      int decodingBudget,
      int babySteps,
      int securityBits) {}

  private static final Map<String, Literal> SETS = new LinkedHashMap<>();
  private static final Map<String, OpenFheParameters> KNOWN = new ConcurrentHashMap<>();

  static {
    // 128-bit classical by OpenFHE's own table (log QP at most 1747 and 3523). 59-bit scales, the
    // largest there are, because OpenFHE's bootstrap loses 40 bits and more of them: 20 bits remain
    // in the worst slot at N = 2^10, 12.5 at N = 2^16 (measured). Failure: an overflow above 16
    // with
    // a probability below 2^-128 per coefficient (its K_SPARSE_ENCAPSULATED).
    SETS.put("openfhe_n17_l13", new Literal(17, 13, 2, 3, 3, 0, 128));
    // What fits at N = 2^16 with such scales: three levels between bootstraps with four digits. For
    // measurements.
    SETS.put("openfhe_n16_l3", new Literal(16, 3, 4, 3, 3, 0, 128));
    // The fewest levels that training takes, and the fewest and shortest keys that go with them:
    // 152 MB each, 39 rotations for a bootstrap instead of the 53 of OpenFHE's choice.
    SETS.put("openfhe_n16_l5", new Literal(16, 5, 5, 3, 3, 8, 128));
    // More digits, shorter special modulus: as many levels as fit at N = 2^16. Keys of 274 MB.
    SETS.put("openfhe_n16_l7", new Literal(16, 7, 9, 3, 3, 0, 128));
    // Toys for tests: no security at all.
    SETS.put("insecure_openfhe_n12_l13", new Literal(12, 13, 3, 2, 2, 0, 0));
    SETS.put("insecure_openfhe_n10_l5", new Literal(10, 5, 5, 3, 3, 4, 0));
    SETS.put("insecure_openfhe_n10_l7", new Literal(10, 7, 9, 3, 3, 0, 0));
    SETS.put("insecure_openfhe_n10_l13", new Literal(10, 13, 3, 2, 2, 0, 0));
  }

  /**
   * The set of that name. Makes a context to learn its primes.
   *
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   * @throws OpenFheUnavailableException without OpenFHE
   */
  public static OpenFheParameters named(String name) {
    OpenFheParameters known = KNOWN.get(name);
    if (known != null) {
      return known;
    }
    Literal literal = SETS.get(name);
    if (literal == null) {
      throw new IllegalArgumentException(
          "parameter set: expected one of " + SETS.keySet() + ", actual " + name);
    }
    CkksSettings.Secret secret = CkksSettings.Secret.SPARSE_ENCAPSULATED;
    int output = BOOTSTRAP_INPUT_LEVEL + literal.usableLevels;
    int depth =
        output
            + CkksSettings.bootstrapDepth(literal.encodingBudget, literal.decodingBudget, secret);
    CkksSettings settings =
        new CkksSettings(
            1 << literal.logRingDegree,
            depth,
            59,
            60,
            literal.digits,
            secret,
            literal.securityBits);
    try (CkksContext context = CkksContext.create(settings)) {
      String text =
          context.parameterHash()
              + ";budgets="
              + literal.encodingBudget
              + ","
              + literal.decodingBudget
              + ";baby="
              + literal.babySteps
              + ";output="
              + output;
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      OpenFheParameters made =
          new OpenFheParameters(
              name,
              HexFormat.of().formatHex(Envelope.sha256(bytes, bytes.length)),
              settings,
              context.logQp(),
              output,
              literal.encodingBudget,
              literal.decodingBudget,
              literal.babySteps,
              context.primes().length,
              context.specialPrimes().length);
      KNOWN.put(name, made);
      return made;
    }
  }

  /** A context with bootstraps prepared; the caller closes it. */
  public CkksContext openContext() {
    CkksContext context = CkksContext.create(settings);
    try {
      context.bootstrapSetup(encodingBudget, decodingBudget, 0, babySteps);
      return context;
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  @Override
  public int ringDegree() {
    return settings.ringDegree();
  }

  @Override
  public int securityBits() {
    return settings.securityBits();
  }

  @Override
  public int maxLevel() {
    return bootstrapOutputLevel;
  }

  @Override
  public double scale(int level) {
    if (level < 0 || level > maxLevel()) {
      throw new HeLevelException("level: expected 0 to " + maxLevel() + ", actual " + level);
    }
    return Math.scalb(1.0, settings.scalingBits());
  }

  @Override
  public int bootstrapInputLevel() {
    return BOOTSTRAP_INPUT_LEVEL;
  }

  /** Digits of equal numbers of limbs, from the bottom of the chain. */
  @Override
  public int digits(int level) {
    int limbsPerDigit = (limbs + settings.digits() - 1) / settings.digits();
    return (level + limbsPerDigit) / limbsPerDigit;
  }

  /** OpenFHE's keys have every limb of the chain in each digit. */
  @Override
  public long keyBytes(int level) {
    return level < 0 ? 0 : 2L * digits(level) * (limbs + specialPrimes) * ringDegree() * Long.BYTES;
  }

  /** Residues of 64 bits, both halves. */
  @Override
  public long storedKeyBytes(int level) {
    return keyBytes(level);
  }

  @Override
  public long storedCiphertextBytes(int level) {
    return ciphertextBytes(level);
  }

  @Override
  public long storedFreshCiphertextBytes(int level) {
    return ciphertextBytes(level);
  }

  @Override
  public OptionalLong bootstrapKeyBytes() {
    return OptionalLong.empty();
  }

  @Override
  public OptionalLong bootstrapKeyBytes(int slots) {
    return OptionalLong.empty();
  }

  @Override
  public boolean hasSparseBootstraps() {
    return false;
  }

  @Override
  public double bootstrapBound() {
    return 2;
  }

  @Override
  public String toString() {
    return name;
  }
}
