package org.hetal.he.owner;

import java.nio.file.Path;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;

/**
 * What only the data owner may do: it holds a secret key. Encrypts, decrypts and writes the
 * evaluation keys that the cluster gets. Not in the cluster's artifact. The key is zeroed on {@link
 * #close()}.
 */
public interface Client extends Encryptor {
  /**
   * Encrypts real slots.
   *
   * @param values 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param level 0 to maxLevel
   * @return a ciphertext of scale degree 1 and two parts, in the form that {@link
   *     Evaluator#deserialize} reads; about {@link Parameters#storedFreshCiphertextBytes} bytes
   * @throws org.hetal.he.HeLevelException for a level out of range
   * @throws IllegalArgumentException for other values
   */
  @Override
  byte[] encrypt(double[] values, int level);

  /**
   * The real parts of the slots.
   *
   * @param ciphertext what {@link #encrypt} or {@link Evaluator#serialize} wrote
   * @return slotCount values
   * @throws org.hetal.he.HeFormatException when the bytes are damaged, or under another key
   */
  double[] decrypt(byte[] ciphertext);

  /**
   * The slots with their imaginary parts.
   *
   * @param ciphertext as for {@link #decrypt(byte[])}
   * @return 2 * slotCount values: all real parts, then all imaginary parts
   * @throws org.hetal.he.HeFormatException when the bytes are damaged, or under another key
   */
  double[] decryptComplex(byte[] ciphertext);

  /**
   * Writes the evaluation keys for the plan into a bundle directory: one file per key, and a
   * manifest last. An interrupted bundle has no manifest.
   *
   * @param directory created if it is missing
   * @param plan the keys, each with its highest level of use; bootstrapping's own are added
   * @param progress called after each file, in the calling thread
   * @throws org.hetal.he.FileWriteException when the directory has a bundle already, or a file
   *     cannot be written
   */
  void writeEvaluationKeys(Path directory, KeyPlan plan, KeyProgress progress);

  /**
   * The content of the secret key file, to be encrypted before it is written.
   *
   * @return a copy, which the caller overwrites
   */
  byte[] secretKey();

  /**
   * Writes the secret key file (mode 0600).
   *
   * @param file where no file is yet
   * @throws org.hetal.he.FileWriteException when there is one already, or it cannot be written
   */
  void saveSecretKey(Path file);

  /**
   * Writes the public key, with which a {@link PublicEncryptor} encrypts and nothing can be
   * decrypted.
   *
   * @param file where no file is yet
   * @throws org.hetal.he.FileWriteException when there is one already, or it cannot be written
   * @throws UnsupportedOperationException where {@link ClientBackend#hasPublicKeys} is false
   */
  void savePublicKey(Path file);

  /**
   * Why the secret key's memory is not locked, so that the system may write it to swap space.
   *
   * @return what was expected and what the system said; empty when it is locked, and for a client
   *     that does not lock memory
   */
  default String memoryLockRefusal() {
    return "";
  }

  /**
   * For tests: decrypts a live ciphertext.
   *
   * @param evaluator of the same parameters and key pair
   * @param ciphertext of {@code evaluator}, scale degree 1, two parts
   * @return the real parts of the slots, slotCount values
   */
  default double[] decrypt(Evaluator evaluator, Ciphertext ciphertext) {
    return decrypt(evaluator.serialize(ciphertext));
  }

  /** Told after each key written. */
  @FunctionalInterface
  interface KeyProgress {
    /**
     * A key was written.
     *
     * @param done keys written so far, from 1
     * @param of keys to be written in all
     * @param bytes of this key's file
     */
    void wrote(int done, int of, long bytes);
  }

  /** Overwrites the secret key with zeros and frees it. A second call does nothing. */
  @Override
  void close();
}
