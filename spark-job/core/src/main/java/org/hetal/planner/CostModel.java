package org.hetal.planner;

import java.io.Serializable;

/**
 * Measured times of an engine and the shape of its keys, from which {@link TrainingEstimate} tells
 * what a training will cost. Figures come from a benchmark of the machine in question; a plan never
 * invents them.
 *
 * @param source where the figures come from, for the report
 * @param keySwitchSeconds of one rotation or relinearisation, averaged over the levels used
 * @param productSeconds of one product of a ciphertext with a ciphertext or plaintext, rescaling
 *     included
 * @param bootstrapSeconds of one ciphertext
 * @param bootstrapPairSeconds of two in one
 * @param limbsPerDigit limbs of one digit of key switching
 * @param specialPrimes of key switching
 * @param bootstrapKeyBytes of the keys that bootstrapping alone needs
 */
public record CostModel(
    String source,
    double keySwitchSeconds,
    double productSeconds,
    double bootstrapSeconds,
    double bootstrapPairSeconds,
    int limbsPerDigit,
    int specialPrimes,
    long bootstrapKeyBytes)
    implements Serializable {

  /** Bytes of a residue on disk; primes are below 2^50. */
  private static final double BYTES_PER_RESIDUE = 50.0 / 8;

  public CostModel {
    if (!(keySwitchSeconds > 0)
        || !(productSeconds > 0)
        || !(bootstrapSeconds > 0)
        || !(bootstrapPairSeconds > 0)
        || limbsPerDigit < 1
        || specialPrimes < 1
        || bootstrapKeyBytes < 0) {
      throw new IllegalArgumentException(
          "cost model: expected positive times and key shape, actual " + source);
    }
  }

  /** A seeded switching key whose highest level of use is {@code level}: half of it is stored. */
  long keyBytes(int ringDegree, int level) {
    int limbs = level + 1;
    int digits = (limbs + limbsPerDigit - 1) / limbsPerDigit;
    return (long) (digits * (double) (limbs + specialPrimes) * ringDegree * BYTES_PER_RESIDUE);
  }

  /** A computed ciphertext on disk. */
  static long bytes(int ringDegree, int level) {
    return (long) (2.0 * (level + 1) * ringDegree * BYTES_PER_RESIDUE);
  }

  /** A fresh ciphertext on disk: seeded, half of it is stored. */
  static long freshBytes(int ringDegree, int level) {
    return bytes(ringDegree, level) / 2;
  }

  /** A ciphertext in memory. */
  static long memoryBytes(int ringDegree, int level) {
    return 2L * (level + 1) * ringDegree * Long.BYTES;
  }
}
