package org.hetal.owner.keys;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.owner.NativeClientWithOpenFheKey;
import org.hetal.he.owner.Client;

/**
 * Keys of the engine whose secret is OpenFHE's alone; the cluster gets the engine's own formats.
 */
final class OpenFheKeyClientBackend implements ClientBackend {
  private final NativeClientBackend engine;
  private final int threads;

  /**
   * @param threads 0: one a processor
   * @throws org.hetal.he.openfhe.OpenFheUnavailableException without OpenFHE
   */
  OpenFheKeyClientBackend(int threads) {
    OpenFhe.require();
    this.engine = new NativeClientBackend(threads);
    this.threads = threads;
  }

  @Override
  public Parameters parameters(String name) {
    return engine.parameters(name);
  }

  @Override
  public Client generate(String parameterSet, Long insecureSeed) {
    requireNoSeed(insecureSeed);
    parameters(parameterSet);
    return NativeClientWithOpenFheKey.generate(parameterSet, threads);
  }

  @Override
  public Client load(Path secretKey, String parameterSet, Long insecureSeed) {
    requireNoSeed(insecureSeed);
    return ClientBackend.requireSet(
        NativeClientWithOpenFheKey.load(secretKey), secretKey, parameterSet);
  }

  @Override
  public Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device) {
    return engine.evaluator(keyBundle, parameterSet, device);
  }

  static void requireNoSeed(Long insecureSeed) {
    if (insecureSeed != null) {
      throw new SettingsException(
          "insecure-seed: expected none with the client openfhe, which takes no seed, actual one");
    }
  }
}
