package org.hetal.he;

/**
 * A slot is beyond what an operation takes. Only an evaluator that sees the values can throw this:
 * an engine on ciphertexts returns noise instead.
 */
public class HeRangeException extends HeException {
  private static final long serialVersionUID = 1L;

  public HeRangeException(String message) {
    super(message);
  }
}
