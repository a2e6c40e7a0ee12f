package org.hetal.plan;

import java.io.Serializable;

/**
 * How often each operation of the evaluator is used; the kinds are those of {@link
 * org.hetal.he.Operation}.
 *
 * @param add additions and subtractions of ciphertexts and plaintexts, those inside sums included
 * @param multiply products of two ciphertexts
 * @param multiplyPlain products of a ciphertext and a plaintext
 * @param multiplyConstant products of a ciphertext and a real constant
 * @param relinearize key switches from three parts to two
 * @param rescale divisions by the prime of a level
 * @param rotate key switches of rotations
 * @param conjugate key switches of conjugations
 * @param bootstrap a bootstrap of two ciphertexts at once counts once
 * @param encode encodings of plaintexts
 * @serial exclude
 */
public record OperationCounts(
    long add,
    long multiply,
    long multiplyPlain,
    long multiplyConstant,
    long relinearize,
    long rescale,
    long rotate,
    long conjugate,
    long bootstrap,
    long encode)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No operation. */
  public static final OperationCounts NONE = new OperationCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private static final long MOST = 1L << 48;

  /**
   * Checks that each count is 0 to 2^48.
   *
   * @param add additions and subtractions
   * @param multiply products of two ciphertexts
   * @param multiplyPlain products with plaintexts
   * @param multiplyConstant products with constants
   * @param relinearize relinearizations
   * @param rescale rescalings
   * @param rotate rotations
   * @param conjugate conjugations
   * @param bootstrap bootstraps
   * @param encode encodings
   * @throws IllegalArgumentException for a count out of its range
   */
  public OperationCounts {
    Checks.range("add", add, 0, MOST);
    Checks.range("multiply", multiply, 0, MOST);
    Checks.range("multiplyPlain", multiplyPlain, 0, MOST);
    Checks.range("multiplyConstant", multiplyConstant, 0, MOST);
    Checks.range("relinearize", relinearize, 0, MOST);
    Checks.range("rescale", rescale, 0, MOST);
    Checks.range("rotate", rotate, 0, MOST);
    Checks.range("conjugate", conjugate, 0, MOST);
    Checks.range("bootstrap", bootstrap, 0, MOST);
    Checks.range("encode", encode, 0, MOST);
  }

  /**
   * The sum of two counts, kind by kind.
   *
   * @param other is not changed
   * @return the sum
   */
  public OperationCounts plus(OperationCounts other) {
    return new OperationCounts(
        add + other.add,
        multiply + other.multiply,
        multiplyPlain + other.multiplyPlain,
        multiplyConstant + other.multiplyConstant,
        relinearize + other.relinearize,
        rescale + other.rescale,
        rotate + other.rotate,
        conjugate + other.conjugate,
        bootstrap + other.bootstrap,
        encode + other.encode);
  }

  /** {@return rotations, relinearizations and conjugations, each of which is one key switch} */
  public long keySwitches() {
    return rotate + relinearize + conjugate;
  }

  /** {@return products with ciphertexts, plaintexts and constants} */
  public long products() {
    return multiply + multiplyPlain + multiplyConstant;
  }

  void appendTo(CanonicalText text, String name) {
    text.add(name + ".add", add)
        .add(name + ".multiply", multiply)
        .add(name + ".multiplyPlain", multiplyPlain)
        .add(name + ".multiplyConstant", multiplyConstant)
        .add(name + ".relinearize", relinearize)
        .add(name + ".rescale", rescale)
        .add(name + ".rotate", rotate)
        .add(name + ".conjugate", conjugate)
        .add(name + ".bootstrap", bootstrap)
        .add(name + ".encode", encode);
  }
}
