package org.hetal.he.owner;

import org.hetal.he.Ciphertext;
import org.hetal.he.HeFormatException;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/**
 * A {@link PublicEncryptor} whose ciphertexts are doubles in the clear. They carry no key id, so it
 * adds those of other keys too.
 */
final class SimulatorEncryptor implements PublicEncryptor {
  private final Simulator simulator;
  private final SimulatedParameters parameters;
  private final String keyId;

  SimulatorEncryptor(SimulatedParameters parameters, String keyId) {
    this.parameters = parameters;
    this.simulator = new Simulator(parameters);
    this.keyId = keyId;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public String keyId() {
    return keyId;
  }

  @Override
  public byte[] encrypt(double[] values, int level) {
    try (Ciphertext ciphertext = simulator.encrypt(values, level)) {
      return simulator.serialize(ciphertext);
    }
  }

  @Override
  public byte[] add(byte[] a, byte[] b) {
    try (Ciphertext x = simulator.deserialize(a);
        Ciphertext y = simulator.deserialize(b)) {
      if (x.level() != y.level()) {
        throw new HeFormatException(
            "sum of ciphertexts: level: expected " + x.level() + ", actual " + y.level());
      }
      try (Ciphertext sum = simulator.add(x, y)) {
        return simulator.serialize(sum);
      }
    }
  }

  @Override
  public void close() {
    simulator.close();
  }
}
