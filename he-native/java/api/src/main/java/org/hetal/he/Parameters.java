package org.hetal.he;

/**
 * A named CKKS parameter set with what the algorithms need to plan by; immutable, {@code
 * Serializable}. Compare by {@link #hash()}.
 */
public interface Parameters extends java.io.Serializable {
  /** Sets that are not 128-bit secure have names that start with {@code insecure_}. */
  String name();

  /**
   * SHA-256 of the canonical description, in hex: two sides agree on parameters when it is equal.
   */
  String hash();

  int ringDegree();

  default int slotCount() {
    return ringDegree() / 2;
  }

  /** log2 of the product of all primes, special ones included: what security is judged by. */
  double logQp();

  /** 128 for secure sets, 0 for insecure ones (their security is not estimated). */
  int securityBits();

  /**
   * The highest level of a ciphertext (of one fresh from the encryptor when nothing lower is asked
   * for).
   */
  int maxLevel();

  /** The canonical scale of a level. */
  double scale(int level);

  /** The lowest level from which a ciphertext can be bootstrapped. */
  int bootstrapInputLevel();

  /** The level of a bootstrapped ciphertext. */
  int bootstrapOutputLevel();

  /** Rescalings that can be spent between two bootstraps. */
  default int usableLevels() {
    return bootstrapOutputLevel() - bootstrapInputLevel();
  }

  /** The largest slot magnitude that a bootstrap carries. */
  double bootstrapBound();

  default boolean isInsecure() {
    return name().startsWith("insecure_");
  }
}
