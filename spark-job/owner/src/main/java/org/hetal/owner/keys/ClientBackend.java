package org.hetal.owner.keys;

import java.nio.file.Path;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;

/** Makes and loads secret keys; one implementation for each way to compute. */
public interface ClientBackend {

  /**
   * The one that the settings' backend and client name.
   *
   * @throws org.hetal.he.openfhe.OpenFheUnavailableException when they name OpenFHE and the build
   *     is without it
   */
  static ClientBackend of(Settings settings) {
    return switch (settings.backend()) {
      case SIMULATOR -> new SimulatorClientBackend();
      case NATIVE ->
          settings.client() == Settings.Client.OPENFHE
              ? new OpenFheKeyClientBackend(settings.threads())
              : new NativeClientBackend(settings.threads());
      case OPENFHE -> new OpenFheClientBackend();
    };
  }

  /**
   * The parameter set of that name.
   *
   * @throws org.hetal.config.SettingsException when there is none
   */
  Parameters parameters(String name);

  /**
   * A new key pair.
   *
   * @param insecureSeed null: from the operating system
   */
  Client generate(String parameterSet, Long insecureSeed);

  /**
   * The key pair of a secret key file, to encrypt and decrypt with.
   *
   * @param insecureSeed as for {@link #generate}; fixes what encryption draws
   */
  Client load(Path secretKey, String parameterSet, Long insecureSeed);

  /**
   * An evaluator with the keys of a bundle: what the cluster computes with, here to measure it.
   *
   * @param device of the native engine; the others have only its threads
   */
  Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device);

  /**
   * The client, if its keys are of that parameter set.
   *
   * @throws DatasetException otherwise; the client is closed then
   */
  static Client requireSet(Client client, Path secretKey, String parameterSet) {
    String actual = client.parameters().name();
    if (!actual.equals(parameterSet)) {
      client.close();
      throw new DatasetException(
          secretKey + ": expected a key of " + parameterSet + ", actual " + actual);
    }
    return client;
  }
}
