package org.hetal.he;

import java.util.OptionalLong;

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

  /** log2 of the product of all primes, special ones included. The security depends on it. */
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

  // ---- sizes ----

  /** Special primes of key switching. */
  int specialPrimes();

  /**
   * Digits of a key that is used at a level: parts of the modulus chain, each switched by itself.
   */
  int digits(int level);

  /**
   * Bytes of an evaluation key in memory whose highest level of use is {@code level}: two
   * polynomials for each digit, residues of 64 bits. 0 for level -1, which stands for no key.
   */
  default long keyBytes(int level) {
    return level < 0
        ? 0
        : 2L * digits(level) * (level + 1 + specialPrimes()) * ringDegree() * Long.BYTES;
  }

  /** Bytes of a ciphertext of two parts in memory, residues of 64 bits. */
  default long ciphertextBytes(int level) {
    return 2L * (level + 1) * ringDegree() * Long.BYTES;
  }

  /** Bytes of a key file; 0 for level -1. */
  long storedKeyBytes(int level);

  /** Bytes of a serialised ciphertext that was computed, without its header of some 100 bytes. */
  long storedCiphertextBytes(int level);

  /** The same for a ciphertext fresh from the data owner, whose uniform half may be a seed. */
  long storedFreshCiphertextBytes(int level);

  /**
   * Bytes of the key files that bootstraps alone need; empty where only key generation can tell.
   */
  OptionalLong bootstrapKeyBytes();

  default boolean isInsecure() {
    return name().startsWith("insecure_");
  }
}
