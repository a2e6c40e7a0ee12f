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
public interface Client extends AutoCloseable {
  /** The parameter set of the keys. */
  Parameters parameters();

  /** Identifies the key pair: evaluation keys and ciphertexts carry it. Hex, 32 digits. */
  String keyId();

  /**
   * Encrypts real slots: scale degree 1, two parts, the form that {@link
   * org.hetal.he.Evaluator#deserialize} reads.
   *
   * @param values 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param level 0 to maxLevel
   * @throws org.hetal.he.HeLevelException for a level out of range
   * @throws IllegalArgumentException for other values
   */
  byte[] encrypt(double[] values, int level);

  /**
   * The real parts of the slots: slotCount values.
   *
   * @throws org.hetal.he.HeFormatException when the bytes are damaged, or under another key
   */
  double[] decrypt(byte[] ciphertext);

  /** Real parts, then imaginary parts: 2 * slotCount values. */
  double[] decryptComplex(byte[] ciphertext);

  /**
   * Writes the evaluation keys for the plan into a bundle directory: one file per key, and a
   * manifest last.
   *
   * @throws org.hetal.he.FileWriteException when the directory has a bundle already, or a file
   *     cannot be written
   */
  void writeEvaluationKeys(Path directory, KeyPlan plan, KeyProgress progress);

  /**
   * Writes the secret key file (mode 0600).
   *
   * @throws org.hetal.he.FileWriteException when there is one already, or it cannot be written
   */
  void saveSecretKey(Path file);

  /** For tests: decrypts a live ciphertext of an evaluator with the same parameters. */
  default double[] decrypt(Evaluator evaluator, Ciphertext ciphertext) {
    return decrypt(evaluator.serialize(ciphertext));
  }

  /** Told after each key written. */
  @FunctionalInterface
  interface KeyProgress {
    /** A key was written: the {@code done}-th of {@code of}, with so many bytes. */
    void wrote(int done, int of, long bytes);
  }

  @Override
  void close();
}
