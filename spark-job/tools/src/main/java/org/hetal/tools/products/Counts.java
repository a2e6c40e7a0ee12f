package org.hetal.tools.products;

import java.util.Map;
import org.hetal.he.Operation;

/**
 * Operations of one product.
 *
 * @param multiplications of two ciphertexts
 * @param plainMultiplications of a ciphertext with a plaintext or a constant
 * @param rotations each a key switch
 * @param conjugations each a key switch
 * @param relinearizations each a key switch
 * @param rescales divisions by the prime of a level
 */
public record Counts(
    long multiplications,
    long plainMultiplications,
    long rotations,
    long conjugations,
    long relinearizations,
    long rescales) {

  static Counts of(Map<Operation, Long> counts) {
    return new Counts(
        counts.get(Operation.MULTIPLY),
        counts.get(Operation.MULTIPLY_PLAIN) + counts.get(Operation.MULTIPLY_CONSTANT),
        counts.get(Operation.ROTATE),
        counts.get(Operation.CONJUGATE),
        counts.get(Operation.RELINEARIZE),
        counts.get(Operation.RESCALE));
  }

  /** {@return rotations, conjugations and relinearizations} */
  public long keySwitches() {
    return rotations + conjugations + relinearizations;
  }
}
