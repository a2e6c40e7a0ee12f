package org.hetal.owner;

/** How many digits of decrypted values are written. */
public enum Digits {
  /**
   * Those above the noise that was measured when the values were decrypted. The rest depends on the
   * secret key and must not reach anybody who holds the ciphertexts.
   */
  PUBLISHABLE,

  /** All, for the data owner's own use. */
  ALL
}
