package org.hetal.owner.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.FileReadException;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/** Keys of the simulator: they are names, nothing is protected. */
final class SimulatorClientBackend implements ClientBackend {
  private static final long NOISE_SEED = 7;
  static final String HEADER = "hetal insecure simulator key";

  @Override
  public Parameters parameters(String name) {
    return simulated(name);
  }

  @Override
  public Client generate(String parameterSet, Long insecureSeed) {
    byte[] id = new byte[16];
    if (insecureSeed == null) {
      new SecureRandom().nextBytes(id);
    } else {
      new SplittableRandom(insecureSeed).nextBytes(id);
    }
    return new SimulatorClient(simulated(parameterSet), HexFormat.of().formatHex(id));
  }

  @Override
  public Client load(Path secretKey, String parameterSet, Long insecureSeed) {
    List<String> lines;
    try {
      lines = Files.readAllLines(secretKey);
    } catch (IOException e) {
      throw FileReadException.of(secretKey, e);
    }
    if (lines.size() != 3
        || !lines.get(0).equals(HEADER)
        || !lines.get(2).matches("[0-9a-f]{32}")) {
      throw new DatasetException(secretKey + ": expected a key of the simulator, actual none");
    }
    if (!lines.get(1).equals(parameterSet)) {
      throw new DatasetException(
          secretKey + ": expected a key of " + parameterSet + ", actual " + lines.get(1));
    }
    return new SimulatorClient(simulated(parameterSet), lines.get(2));
  }

  @Override
  public Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device) {
    return new Simulator(simulated(parameterSet), Noise.MEASURED, NOISE_SEED);
  }

  private static SimulatedParameters simulated(String name) {
    try {
      return SimulatedParameters.named(name);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("parameters: " + e.getMessage(), e);
    }
  }
}
