package org.hetal.he.owner;

import org.hetal.he.Ciphertext;
import org.hetal.he.HeFormatException;
import org.hetal.he.simulator.SimulatedParameters;

/**
 * A {@link PublicEncryptor} whose ciphertexts are doubles in the clear. They carry no key id, so it
 * adds those of other keys too.
 */
final class SimulatorEncryptor extends SimulatorKey implements PublicEncryptor {
  SimulatorEncryptor(SimulatedParameters parameters, String keyId) {
    super(parameters, keyId);
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
}
