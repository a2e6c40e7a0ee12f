package org.hetal.owner.keys;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;

/** Keys of the engine. */
final class NativeClientBackend implements ClientBackend {
  private static final String MISSING =
      "backend: expected simulator, actual native: this build has no engine";

  @Override
  public Parameters parameters(String name) {
    throw new SettingsException(MISSING);
  }

  @Override
  public Client generate(String parameterSet, Long insecureSeed) {
    throw new SettingsException(MISSING);
  }

  @Override
  public Client load(Path secretKey, String parameterSet, Long insecureSeed) {
    throw new SettingsException(MISSING);
  }

  @Override
  public Evaluator evaluator(Path keyBundle, String parameterSet, int threads) {
    throw new SettingsException(MISSING);
  }
}
