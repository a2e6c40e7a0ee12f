package org.hetal.he.owner;

import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;

/**
 * What a party needs to encrypt: the secret key of a {@link Client}, or the public key of a {@link
 * PublicEncryptor}. Safe from several threads.
 */
public interface Encryptor extends AutoCloseable {
  /** {@return the parameter set of the key pair} */
  Parameters parameters();

  /**
   * {@return the id of the key pair, which evaluation keys and ciphertexts carry: 32 hexadecimal
   * digits}
   */
  String keyId();

  /**
   * Encrypts real slots.
   *
   * @param values 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param level 0 to maxLevel
   * @return a ciphertext of scale degree 1 and two parts, in the form that {@link
   *     Evaluator#deserialize} reads
   * @throws org.hetal.he.HeLevelException for a level out of range
   * @throws IllegalArgumentException for other values
   */
  byte[] encrypt(double[] values, int level);

  /** Frees what it holds. A second call does nothing. */
  @Override
  void close();
}
