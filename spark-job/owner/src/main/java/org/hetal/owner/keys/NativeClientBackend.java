package org.hetal.owner.keys;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;

/** Keys of the engine. */
final class NativeClientBackend implements ClientBackend {
  private final int threads;

  /**
   * @param threads 0: one per processor
   * @throws org.hetal.he.DeviceUnavailableException when {@code HETAL_CPU_PATH} names instructions
   *     that this processor lacks
   */
  NativeClientBackend(int threads) {
    NativeEngine.requireLibrary(DeviceSpec.cpu(threads));
    this.threads = threads;
  }

  @Override
  public Parameters parameters(String name) {
    try {
      return NativeParameters.named(name);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("parameters: " + e.getMessage(), e);
    }
  }

  @Override
  public Client generate(String parameterSet, Long insecureSeed) {
    parameters(parameterSet);
    return insecureSeed == null
        ? NativeClient.generate(parameterSet, threads)
        : NativeClient.insecureGenerate(parameterSet, insecureSeed, threads);
  }

  /** With a fixed seed the file is not read: seed and parameter set are the key. */
  @Override
  public Client load(Path secretKey, String parameterSet, Long insecureSeed) {
    if (insecureSeed != null) {
      return generate(parameterSet, insecureSeed);
    }
    return ClientBackend.requireSet(NativeClient.load(secretKey, threads), secretKey, parameterSet);
  }

  @Override
  public Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device) {
    return NativeEngine.open(keyBundle, device);
  }
}
