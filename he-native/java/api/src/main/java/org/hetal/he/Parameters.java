package org.hetal.he;

import java.util.OptionalLong;

/**
 * A named CKKS parameter set with what the algorithms need to plan by; immutable, {@code
 * Serializable}. Compare by {@link #hash()}.
 */
public interface Parameters extends java.io.Serializable {
  /** The fewest real slots that a sparse bootstrap refreshes at once. */
  int FEWEST_BOOTSTRAP_SLOTS = 16;

  /**
   * {@return the name; sets that are not 128-bit secure have names that start with {@code
   * insecure_}}
   */
  String name();

  /**
   * The SHA-256 of the canonical description. Two sides agree on parameters when it is equal.
   *
   * @return 64 hexadecimal digits; a simulated set, which has no primes, gives its numbers instead
   */
  String hash();

  /** {@return the ring degree N, a power of two} */
  int ringDegree();

  /** {@return the slots of a ciphertext, N / 2} */
  default int slotCount() {
    return ringDegree() / 2;
  }

  /**
   * {@return log2 of the product of all primes, special ones included; the security depends on it}
   */
  double logQp();

  /** {@return 128 for secure sets, 0 for insecure ones, whose security is not estimated} */
  int securityBits();

  /**
   * The highest level of a ciphertext. A fresh one has it unless a lower level is asked for.
   *
   * @return at least {@link #bootstrapOutputLevel()}
   */
  int maxLevel();

  /**
   * The canonical scale of a level.
   *
   * @param level 0 to {@link #maxLevel()}
   * @return D(level), about 2^42 at {@code n16_l12}
   * @throws HeLevelException for a level out of range; the simulator's sets have one scale and do
   *     not throw
   */
  double scale(int level);

  /** {@return the lowest level from which a ciphertext can be bootstrapped} */
  int bootstrapInputLevel();

  /** {@return the level of a bootstrapped ciphertext} */
  int bootstrapOutputLevel();

  /** {@return the rescalings that can be spent between two bootstraps} */
  default int usableLevels() {
    return bootstrapOutputLevel() - bootstrapInputLevel();
  }

  /** {@return the largest slot magnitude that a bootstrap carries} */
  double bootstrapBound();

  // ---- sizes ----

  /** {@return the number of special primes of key switching} */
  int specialPrimes();

  /**
   * The digits of a key that is used at a level: parts of the modulus chain, each switched by
   * itself.
   *
   * @param level 0 to {@link #maxLevel()}
   * @return at least 1
   */
  int digits(int level);

  /**
   * The memory of an evaluation key: two polynomials for each digit, residues of 64 bits.
   *
   * @param level the key's highest level of use; -1 stands for no key
   * @return bytes; 0 for level -1
   */
  default long keyBytes(int level) {
    return level < 0
        ? 0
        : 2L * digits(level) * (level + 1 + specialPrimes()) * ringDegree() * Long.BYTES;
  }

  /**
   * The memory of a ciphertext of two parts, residues of 64 bits.
   *
   * @param level 0 to {@link #maxLevel()}
   * @return bytes
   */
  default long ciphertextBytes(int level) {
    return 2L * (level + 1) * ringDegree() * Long.BYTES;
  }

  /**
   * The size of a key file.
   *
   * @param level the key's highest level of use; -1 stands for no key
   * @return bytes; 0 for level -1
   */
  long storedKeyBytes(int level);

  /**
   * The size of a serialized ciphertext that was computed.
   *
   * @param level 0 to {@link #maxLevel()}
   * @return bytes, without the header of some 100 bytes
   */
  long storedCiphertextBytes(int level);

  /**
   * The size of a serialized ciphertext fresh from the data owner, whose uniform half may be a
   * seed.
   *
   * @param level 0 to {@link #maxLevel()}
   * @return bytes, without the header of some 100 bytes
   */
  long storedFreshCiphertextBytes(int level);

  /**
   * The size of the key files that {@link KeyPlan#bootstrap()} alone needs: bootstraps of all
   * slots, of one ciphertext or of pairs.
   *
   * @return bytes; empty where only key generation can tell
   */
  OptionalLong bootstrapKeyBytes();

  /**
   * The size of the key files that {@link KeyPlan#bootstrap(int)} alone needs.
   *
   * @param slots real slots refreshed at once, a power of two from {@link #FEWEST_BOOTSTRAP_SLOTS}
   *     to {@link #slotCount()}
   * @return bytes; empty where only key generation can tell
   * @throws IllegalArgumentException for another number
   */
  OptionalLong bootstrapKeyBytes(int slots);

  /**
   * The keys of the sparse bootstraps of a number of real slots ({@link KeyPlan#bootstrap(int)}),
   * with levels that may exceed {@link #maxLevel()}.
   *
   * @param slots real slots refreshed at once, a power of two from {@link #FEWEST_BOOTSTRAP_SLOTS}
   *     to {@link #slotCount()}
   * @return a new plan; empty where a sparse bootstrap uses the keys of a full one
   * @throws IllegalArgumentException for another number
   */
  default KeyPlan sparseBootstrapKeys(int slots) {
    return new KeyPlan();
  }

  /** {@return whether bootstraps of slots that repeat cost less than those of all slots} */
  default boolean hasSparseBootstraps() {
    return true;
  }

  /** {@return whether the name starts with {@code insecure_}} */
  default boolean isInsecure() {
    return name().startsWith("insecure_");
  }
}
