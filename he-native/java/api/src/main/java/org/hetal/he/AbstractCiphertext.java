package org.hetal.he;

/** The ciphertext of an evaluator; see {@link AbstractHandle}. */
public abstract class AbstractCiphertext extends AbstractHandle implements Ciphertext {

  /**
   * Makes an open ciphertext.
   *
   * @param owner equal for ciphertexts and plaintexts that may meet in one operation
   * @param shape level, scale degree 1 or 2, and 2 or 3 parts
   */
  protected AbstractCiphertext(Object owner, Shape shape) {
    super(owner, shape);
  }

  @Override
  final String noun() {
    return "ciphertext";
  }
}
