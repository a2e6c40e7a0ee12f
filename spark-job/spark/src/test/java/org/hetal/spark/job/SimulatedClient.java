package org.hetal.spark.job;

import java.nio.file.Path;
import org.hetal.he.Ciphertext;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/** A data owner whose ciphertexts are the simulator's; there are no keys. */
final class SimulatedClient implements Client {
  private final Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(256));

  @Override
  public Parameters parameters() {
    return simulator.parameters();
  }

  @Override
  public String keyId() {
    return "0123456789abcdef0123456789abcdef";
  }

  @Override
  public byte[] encrypt(double[] values, int level) {
    try (Ciphertext ciphertext = simulator.encrypt(values, level)) {
      return simulator.serialize(ciphertext);
    }
  }

  @Override
  public double[] decrypt(byte[] bytes) {
    try (Ciphertext ciphertext = simulator.deserialize(bytes)) {
      return simulator.decrypt(ciphertext);
    }
  }

  @Override
  public double[] decryptComplex(byte[] ciphertext) {
    throw new UnsupportedOperationException("no test needs it");
  }

  @Override
  public void writeEvaluationKeys(Path directory, KeyPlan plan, KeyProgress progress) {
    throw new UnsupportedOperationException("the simulator has no keys");
  }

  @Override
  public void saveSecretKey(Path file) {
    throw new UnsupportedOperationException("the simulator has no keys");
  }

  @Override
  public void close() {
    simulator.close();
  }
}
