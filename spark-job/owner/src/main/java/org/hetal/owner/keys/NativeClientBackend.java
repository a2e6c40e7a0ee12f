package org.hetal.owner.keys;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.he.Evaluator;
import org.hetal.he.NativeEngine;
import org.hetal.he.NativeParameters;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;

/** Keys of the engine. */
final class NativeClientBackend implements ClientBackend {
  private final int threads;

  /**
   * @param threads 0: one a processor
   */
  NativeClientBackend(int threads) {
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
    Client client = NativeClient.load(secretKey, threads);
    if (!client.parameters().name().equals(parameterSet)) {
      String actual = client.parameters().name();
      client.close();
      throw new DatasetException(
          secretKey + ": expected a key of " + parameterSet + ", actual " + actual);
    }
    return client;
  }

  @Override
  public Evaluator evaluator(Path keyBundle, String parameterSet, int threads) {
    return NativeEngine.open(
        keyBundle, threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
  }
}
