package org.hetal.he;

/**
 * A slot is beyond what an operation takes. Only an evaluator that sees the values can throw this:
 * an engine on ciphertexts returns noise instead.
 */
public class HeRangeException extends HeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: the operation with the largest slot and the bound
   */
  public HeRangeException(String message) {
    super(message);
  }
}
