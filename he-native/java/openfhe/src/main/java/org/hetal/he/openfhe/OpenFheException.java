package org.hetal.he.openfhe;

import org.hetal.he.HeException;

/** What OpenFHE itself refused, in its words: {@code lbcrypto::OpenFHEException}. */
public class OpenFheException extends HeException {
  private static final long serialVersionUID = 1L;

  public OpenFheException(String message) {
    super(message);
  }
}
