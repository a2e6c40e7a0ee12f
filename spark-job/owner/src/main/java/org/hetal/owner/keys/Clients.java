package org.hetal.owner.keys;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.ClientBackend;
import org.hetal.he.owner.PublicEncryptor;

/** The {@link ClientBackend} that the settings name, with errors in the words of settings. */
public final class Clients {
  private final ClientBackend backend;
  private final int threads;

  private Clients(ClientBackend backend, int threads) {
    this.backend = backend;
    this.threads = threads;
  }

  /**
   * The one that the settings' backend and client name.
   *
   * @throws org.hetal.he.NativeLibraryException when the build is without its library
   */
  public static Clients of(Settings settings) {
    String backend = settings.backend().label();
    String client =
        settings.backend() == Settings.Backend.NATIVE
                && settings.client() == Settings.Client.OPENFHE
            ? "openfhe"
            : backend;
    ClientBackend found =
        ClientBackend.find(backend, client)
            .orElseThrow(
                () ->
                    new SettingsException(
                        "backend "
                            + backend
                            + ", client "
                            + client
                            + ": expected the jar that has it on the class path, actual none"));
    found.require(settings.threads());
    return new Clients(found, settings.threads());
  }

  /**
   * The parameter set of that name.
   *
   * @throws SettingsException when there is none
   */
  public Parameters parameters(String name) {
    return named("parameters: ", () -> backend.parameters(name));
  }

  /** As {@link ClientBackend#generate}. */
  public Client generate(String parameterSet, Long insecureSeed) {
    parameters(parameterSet);
    return named("", () -> backend.generate(parameterSet, threads, insecureSeed));
  }

  /** As {@link ClientBackend#load(Path, String, int, Long)}. */
  public Client load(Path secretKey, String parameterSet, Long insecureSeed) {
    parameters(parameterSet);
    return named("", () -> backend.load(secretKey, parameterSet, threads, insecureSeed));
  }

  /** As {@link ClientBackend#load(byte[], Path, String, int, Long)}. */
  public Client load(byte[] content, Path secretKey, String parameterSet, Long insecureSeed) {
    parameters(parameterSet);
    return named("", () -> backend.load(content, secretKey, parameterSet, threads, insecureSeed));
  }

  /**
   * As {@link ClientBackend#encryptor}.
   *
   * @throws SettingsException where the client has no public keys
   */
  public PublicEncryptor encryptor(Path publicKey, String parameterSet) {
    requirePublicKeys();
    parameters(parameterSet);
    return named("", () -> backend.encryptor(publicKey, parameterSet, threads));
  }

  /**
   * Checks that other parties can encrypt for keys of these clients.
   *
   * @throws SettingsException where the client has no public keys
   */
  public void requirePublicKeys() {
    if (!backend.hasPublicKeys()) {
      throw new SettingsException(
          "client: expected native, whose keys have a public half for other data owners, actual "
              + backend.client());
    }
  }

  /** As {@link ClientBackend#evaluator}. */
  public Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device) {
    return evaluator(keyBundle, null, parameterSet, device);
  }

  /**
   * As {@link #evaluator(Path, String, DeviceSpec)}, of a folder that others may write.
   *
   * @param manifestDigest SHA-256 of the manifest that the bundle must have, in hex
   */
  public Evaluator evaluator(
      Path keyBundle, String manifestDigest, String parameterSet, DeviceSpec device) {
    return backend.evaluator(keyBundle, manifestDigest, parameterSet, device);
  }

  private static <T> T named(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) {
      throw new SettingsException(what + e.getMessage(), e);
    }
  }
}
