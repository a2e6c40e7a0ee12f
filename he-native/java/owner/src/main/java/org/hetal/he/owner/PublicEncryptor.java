package org.hetal.he.owner;

import org.hetal.he.Parameters;

/**
 * Encrypts with a public key alone: for whoever brings data without holding the secret. Its
 * ciphertexts take about {@link Parameters#storedCiphertextBytes} bytes. It also adds ciphertexts,
 * for which nobody needs a key.
 */
public interface PublicEncryptor extends Encryptor {
  /**
   * The sum of two ciphertexts, slot by slot, at their common level and scale. Their noise adds.
   *
   * @param a what {@link Encryptor#encrypt} of this key pair or {@code add} gave
   * @param b likewise, at the same level
   * @return a ciphertext of scale degree 1 and two parts
   * @throws org.hetal.he.HeFormatException when the bytes are damaged, are of another parameter set
   *     or key, or have unequal levels
   */
  byte[] add(byte[] a, byte[] b);

  /**
   * Why the memory of the encryption's seed is not locked, so that the system may write it to swap
   * space. Whoever has the seed, the public key and a ciphertext can decrypt the ciphertext.
   *
   * @return what was expected and what the system said; empty when it is locked, and for an
   *     encryptor that does not lock memory
   */
  default String memoryLockRefusal() {
    return "";
  }
}
