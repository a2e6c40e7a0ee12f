package org.hetal.owner.keys;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.hetal.he.openfhe.OpenFheParameters;
import org.hetal.he.openfhe.owner.OpenFheClient;
import org.hetal.he.owner.Client;

/** Keys of OpenFHE for a cluster that computes with OpenFHE. */
final class OpenFheClientBackend implements ClientBackend {

  /**
   * @throws org.hetal.he.openfhe.OpenFheUnavailableException without OpenFHE
   */
  OpenFheClientBackend() {
    OpenFhe.require();
  }

  @Override
  public Parameters parameters(String name) {
    try {
      return OpenFheParameters.named(name);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("parameters: " + e.getMessage(), e);
    }
  }

  @Override
  public Client generate(String parameterSet, Long insecureSeed) {
    OpenFheKeyClientBackend.requireNoSeed(insecureSeed);
    parameters(parameterSet);
    return OpenFheClient.generate(parameterSet);
  }

  @Override
  public Client load(Path secretKey, String parameterSet, Long insecureSeed) {
    OpenFheKeyClientBackend.requireNoSeed(insecureSeed);
    return ClientBackend.requireSet(OpenFheClient.load(secretKey), secretKey, parameterSet);
  }

  @Override
  public Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device) {
    return OpenFheEvaluator.open(keyBundle, device.threads());
  }
}
