package org.hetal.he.owner;

import org.hetal.he.Ciphertext;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/** What the simulator's keys, secret and public, have in common: ciphertexts are doubles. */
abstract class SimulatorKey implements Encryptor {
  final Simulator simulator;
  private final SimulatedParameters parameters;
  private final String keyId;

  SimulatorKey(SimulatedParameters parameters, String keyId) {
    this.parameters = parameters;
    this.simulator = new Simulator(parameters);
    this.keyId = keyId;
  }

  @Override
  public final Parameters parameters() {
    return parameters;
  }

  @Override
  public final String keyId() {
    return keyId;
  }

  @Override
  public final byte[] encrypt(double[] values, int level) {
    try (Ciphertext ciphertext = simulator.encrypt(values, level)) {
      return simulator.serialize(ciphertext);
    }
  }

  @Override
  public final void close() {
    simulator.close();
  }
}
