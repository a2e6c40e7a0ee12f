package org.hetal.he.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import org.hetal.he.AtomicFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.FileWriteException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.simulator.SimulatedParameters;

/** A client whose ciphertexts are doubles in the clear: for dry runs and tests. */
public final class SimulatorClient extends SimulatorKey implements Client {
  /**
   * A client that writes this key id into what it makes.
   *
   * @param parameters slots and levels
   * @param keyId 32 hexadecimal digits
   */
  public SimulatorClient(SimulatedParameters parameters, String keyId) {
    super(parameters, keyId);
  }

  @Override
  public double[] decrypt(byte[] ciphertext) {
    try (Ciphertext read = simulator.deserialize(ciphertext)) {
      return simulator.decrypt(read);
    }
  }

  @Override
  public double[] decryptComplex(byte[] ciphertext) {
    try (Ciphertext read = simulator.deserialize(ciphertext)) {
      double[] real = simulator.decrypt(read);
      double[] imaginary = simulator.decryptImaginary(read);
      double[] out = new double[real.length + imaginary.length];
      System.arraycopy(real, 0, out, 0, real.length);
      System.arraycopy(imaginary, 0, out, real.length, imaginary.length);
      return out;
    }
  }

  /** There are no keys: a list of those that the engine would need. */
  @Override
  public void writeEvaluationKeys(Path directory, KeyPlan plan, KeyProgress progress) {
    byte[] bytes = KeyBundleManifest.ofPlan("hetal-simulator-keys 1", parameters(), keyId(), plan);
    AtomicFile.write(directory.resolve(KeyBundleManifest.NAME), bytes);
    progress.wrote(1, 1, bytes.length);
  }

  @Override
  public byte[] secretKey() {
    return SimulatorClientBackend.secretKey(this);
  }

  @Override
  public void saveSecretKey(Path file) {
    save(file, secretKey(), OwnerOnly.file());
  }

  /** The key id alone, with which anybody may decrypt here, as without it. */
  @Override
  public void savePublicKey(Path file) {
    save(file, SimulatorClientBackend.publicKey(this));
  }

  private static void save(Path file, byte[] content, FileAttribute<?>... attributes) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      AtomicFile.writeNew(file, content, attributes);
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }
}
