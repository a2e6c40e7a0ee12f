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
  Parameters parameters();

  /** Identifies the key pair: evaluation keys and ciphertexts carry it. Hex, 32 digits. */
  String keyId();

  /**
   * Encrypts real slots (1 to slotCount values, a power of two, repeated) at a level; the cluster's
   * serialised form, seeded.
   */
  byte[] encrypt(double[] values, int level);

  /** The real parts of the slots. */
  double[] decrypt(byte[] ciphertext);

  /** Real parts, then imaginary parts: 2 * slotCount values. */
  double[] decryptComplex(byte[] ciphertext);

  /**
   * Writes the evaluation keys for the plan into a bundle directory: one file a key and a manifest,
   * committed last.
   */
  void writeEvaluationKeys(Path directory, KeyPlan plan, KeyProgress progress);

  /** Writes the secret key file (mode 0600), refusing to overwrite. */
  void saveSecretKey(Path file);

  /** For tests: decrypts a live ciphertext of an evaluator with the same parameters. */
  default double[] decrypt(Evaluator evaluator, Ciphertext ciphertext) {
    return decrypt(evaluator.serialize(ciphertext));
  }

  /** Told after each key written. */
  @FunctionalInterface
  interface KeyProgress {
    void wrote(int done, int of, long bytes);
  }

  @Override
  void close();
}
