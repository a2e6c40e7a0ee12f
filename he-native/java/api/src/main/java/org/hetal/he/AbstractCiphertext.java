package org.hetal.he;

/** The ciphertext of an evaluator; see {@link AbstractHandle}. */
public abstract class AbstractCiphertext extends AbstractHandle implements Ciphertext {

  /**
   * @param owner equal for ciphertexts and plaintexts that may meet in one operation
   */
  protected AbstractCiphertext(Object owner, Shape shape) {
    super(owner, shape);
  }

  @Override
  final String noun() {
    return "ciphertext";
  }
}
