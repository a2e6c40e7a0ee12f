package org.hetal.plan;

import java.io.Serializable;

/**
 * How often each operation of the evaluator is used.
 *
 * @param bootstrap a bootstrap of two ciphertexts at once counts once
 * @param encode encodings of plaintexts
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

  /** The sum of two. */
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

  /** Rotations, relinearizations and conjugations: each is one key switch. */
  public long keySwitches() {
    return rotate + relinearize + conjugate;
  }

  /** Products with ciphertexts, plaintexts and constants. */
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
