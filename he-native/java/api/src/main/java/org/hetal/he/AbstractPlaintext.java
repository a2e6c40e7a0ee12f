package org.hetal.he;

/** The plaintext of an evaluator; see {@link AbstractHandle}. */
public abstract class AbstractPlaintext extends AbstractHandle implements Plaintext {

  /**
   * Makes an open plaintext of scale degree 1.
   *
   * @param owner equal for ciphertexts and plaintexts that may meet in one operation
   * @param level of the canonical scale that it is encoded at, 0 to maxLevel
   */
  protected AbstractPlaintext(Object owner, int level) {
    super(owner, new Shape(level, 1, 1));
  }

  @Override
  final String noun() {
    return "plaintext";
  }
}
