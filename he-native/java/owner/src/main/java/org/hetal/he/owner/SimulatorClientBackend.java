package org.hetal.he.owner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.FileReadException;
import org.hetal.he.HeFormatException;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/** Clients of the simulator: nothing is encrypted, so nothing is protected. */
public final class SimulatorClientBackend implements ClientBackend {
  private static final long NOISE_SEED = 7;
  static final String HEADER = "hetal insecure simulator key";

  /** For {@link java.util.ServiceLoader}. */
  public SimulatorClientBackend() {}

  @Override
  public String backend() {
    return "simulator";
  }

  @Override
  public String client() {
    return "simulator";
  }

  @Override
  public void require(int threads) {
    // Java alone.
  }

  @Override
  public Parameters parameters(String name) {
    return SimulatedParameters.named(name);
  }

  @Override
  public Client generate(String parameterSet, int threads, Long insecureSeed) {
    byte[] id = new byte[16];
    if (insecureSeed == null) {
      new SecureRandom().nextBytes(id);
    } else {
      new SplittableRandom(insecureSeed).nextBytes(id);
    }
    return new SimulatorClient(
        SimulatedParameters.named(parameterSet), HexFormat.of().formatHex(id));
  }

  @Override
  public Client load(Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    try {
      byte[] content = Files.readAllBytes(secretKey);
      return load(content, secretKey, parameterSet, threads, insecureSeed);
    } catch (IOException e) {
      throw FileReadException.of(secretKey, e);
    }
  }

  @Override
  public Client load(
      byte[] content, Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    List<String> lines = new String(content, StandardCharsets.UTF_8).lines().toList();
    if (lines.size() != 3
        || !lines.get(0).equals(HEADER)
        || !lines.get(2).matches("[0-9a-f]{32}")) {
      throw new HeFormatException(secretKey + ": expected a key of the simulator, actual none");
    }
    if (!lines.get(1).equals(parameterSet)) {
      throw new HeFormatException(
          secretKey + ": expected a key of " + parameterSet + ", actual " + lines.get(1));
    }
    return new SimulatorClient(SimulatedParameters.named(parameterSet), lines.get(2));
  }

  @Override
  public Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device) {
    return new Simulator(SimulatedParameters.named(parameterSet), Noise.MEASURED, NOISE_SEED);
  }
}
