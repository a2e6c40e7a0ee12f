package org.hetal.plan;

import java.io.Serializable;
import org.hetal.he.Parameters;

/**
 * The parameter set that a plan was made for: its identity and the numbers that the planner used.
 *
 * @param name of the set; starts with {@code insecure_} exactly when {@code securityBits} is 0
 * @param hash {@link Parameters#hash()}, lower-case hex
 * @param securityBits 128 for secure sets, 0 for insecure ones
 * @param ringDegree N, a power of two from 4 to 2^17
 * @param maxLevel the highest level of a ciphertext
 * @param bootstrapInputLevel the lowest level from which a ciphertext can be bootstrapped
 * @param bootstrapOutputLevel the level of a bootstrapped ciphertext, above the input level
 * @param bootstrapBound the largest slot magnitude that a bootstrap carries
 * @serial exclude
 */
public record PlannedParameters(
    String name,
    String hash,
    int securityBits,
    int ringDegree,
    int maxLevel,
    int bootstrapInputLevel,
    int bootstrapOutputLevel,
    double bootstrapBound)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int LARGEST_RING_DEGREE = 1 << 17;
  private static final int LARGEST_LEVEL = 255;

  /**
   * Checks the ranges.
   *
   * @param name 1 to 64 lower-case letters, digits and underscores
   * @param hash 8 to 128 hexadecimal digits
   * @param securityBits 0 for a name that starts with {@code insecure_}, else 128
   * @param ringDegree a power of two from 4 to 2^17
   * @param maxLevel 1 to 255
   * @param bootstrapInputLevel 0 to {@code bootstrapOutputLevel} - 1
   * @param bootstrapOutputLevel 1 to {@code maxLevel}
   * @param bootstrapBound positive and finite
   * @throws IllegalArgumentException naming the field, with the expected and the actual value
   */
  public PlannedParameters {
    Checks.matches("parameters.name", name, "[a-z0-9_]{1,64}");
    Checks.matches("parameters.hash", hash, "[0-9a-f]{8,128}");
    boolean insecure = name.startsWith("insecure_");
    Checks.that(
        securityBits == (insecure ? 0 : 128),
        "parameters.securityBits",
        insecure ? "0 for an insecure set" : "128",
        securityBits);
    Checks.powerOfTwo("parameters.ringDegree", ringDegree, 4, LARGEST_RING_DEGREE);
    Checks.range("parameters.maxLevel", maxLevel, 1, LARGEST_LEVEL);
    Checks.range("parameters.bootstrapOutputLevel", bootstrapOutputLevel, 1, maxLevel);
    Checks.range(
        "parameters.bootstrapInputLevel", bootstrapInputLevel, 0, bootstrapOutputLevel - 1);
    Checks.that(
        bootstrapBound > 0 && Double.isFinite(bootstrapBound),
        "parameters.bootstrapBound",
        "a positive finite number",
        bootstrapBound);
  }

  /**
   * What a plan keeps of a parameter set.
   *
   * @param parameters of any backend
   * @return their identity and numbers
   */
  public static PlannedParameters of(Parameters parameters) {
    return new PlannedParameters(
        parameters.name(),
        parameters.hash(),
        parameters.securityBits(),
        parameters.ringDegree(),
        parameters.maxLevel(),
        parameters.bootstrapInputLevel(),
        parameters.bootstrapOutputLevel(),
        parameters.bootstrapBound());
  }

  /** {@return the slots of a ciphertext, N/2} */
  public int slotCount() {
    return ringDegree / 2;
  }

  /**
   * Checks that a part uses the planned parameter set.
   *
   * @param actual the parameters of keys, ciphertexts or an evaluator
   * @throws IllegalArgumentException unless these are the numbers of that parameter set
   */
  void require(Parameters actual) {
    PlannedParameters other = of(actual);
    if (!equals(other)) {
      throw new IllegalArgumentException(
          "parameters: expected "
              + describe()
              + ", actual "
              + other.describe()
              + (hash.equals(other.hash) ? ": " + this + ", actual " + other : ""));
    }
  }

  private String describe() {
    return name + " (" + hash + ")";
  }

  void appendTo(CanonicalText text) {
    text.add("parameters.name", name)
        .add("parameters.hash", hash)
        .add("parameters.securityBits", securityBits)
        .add("parameters.ringDegree", ringDegree)
        .add("parameters.maxLevel", maxLevel)
        .add("parameters.bootstrapInputLevel", bootstrapInputLevel)
        .add("parameters.bootstrapOutputLevel", bootstrapOutputLevel)
        .add("parameters.bootstrapBound", bootstrapBound);
  }
}
