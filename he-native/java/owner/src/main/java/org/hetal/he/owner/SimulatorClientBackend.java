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
  private static final String SECRET = "hetal insecure simulator key";
  private static final String PUBLIC = "hetal insecure simulator public key";

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
    return load(content(secretKey), secretKey, parameterSet, threads, insecureSeed);
  }

  @Override
  public Client load(
      byte[] content, Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    String keyId = keyId(SECRET, content, secretKey, parameterSet);
    return new SimulatorClient(SimulatedParameters.named(parameterSet), keyId);
  }

  @Override
  public boolean hasPublicKeys() {
    return true;
  }

  @Override
  public PublicEncryptor encryptor(Path publicKey, String parameterSet, int threads) {
    String keyId = keyId(PUBLIC, content(publicKey), publicKey, parameterSet);
    return new SimulatorEncryptor(SimulatedParameters.named(parameterSet), keyId);
  }

  @Override
  public Evaluator evaluator(
      Path keyBundle, String manifestDigest, String parameterSet, DeviceSpec device) {
    return new Simulator(SimulatedParameters.named(parameterSet), Noise.MEASURED, NOISE_SEED);
  }

  static byte[] secretKey(Encryptor of) {
    return key(SECRET, of);
  }

  static byte[] publicKey(Encryptor of) {
    return key(PUBLIC, of);
  }

  private static byte[] key(String header, Encryptor of) {
    String text = header + "\n" + of.parameters().name() + "\n" + of.keyId() + "\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] content(Path key) {
    try {
      return Files.readAllBytes(key);
    } catch (IOException e) {
      throw FileReadException.of(key, e);
    }
  }

  private static String keyId(String header, byte[] content, Path key, String parameterSet) {
    List<String> lines = new String(content, StandardCharsets.UTF_8).lines().toList();
    if (lines.size() != 3
        || !lines.get(0).equals(header)
        || !lines.get(2).matches("[0-9a-f]{32}")) {
      String kind = header.equals(PUBLIC) ? "a public key" : "a key";
      throw new HeFormatException(key + ": expected " + kind + " of the simulator, actual none");
    }
    if (!lines.get(1).equals(parameterSet)) {
      throw new HeFormatException(
          key + ": expected a key of " + parameterSet + ", actual " + lines.get(1));
    }
    return lines.get(2);
  }
}
