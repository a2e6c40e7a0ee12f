package org.hetal.he.owner;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.EvaluatorBackend;
import org.hetal.he.HeFormatException;
import org.hetal.he.Parameters;

/**
 * A way to make and load secret keys, found through {@link ServiceLoader} by what computes and
 * whose code holds the secret key. The jar of each implementation names it in {@code
 * META-INF/services/org.hetal.he.owner.ClientBackend}. Data owner only.
 */
public interface ClientBackend {

  /** The {@link EvaluatorBackend#name} that computes on what these clients encrypt. */
  String backend();

  /** Whose code holds the secret key: {@code native}, {@code openfhe} or {@code simulator}. */
  String client();

  /**
   * Finds out early whether clients can be made here.
   *
   * @param threads of the clients; 0: one per processor
   * @throws org.hetal.he.NativeLibraryException when a library is missing or of another build
   * @throws org.hetal.he.DeviceUnavailableException when {@code HETAL_CPU_PATH} names instructions
   *     that this processor lacks
   */
  void require(int threads);

  /**
   * The parameter set of that name.
   *
   * @throws IllegalArgumentException when there is none
   */
  Parameters parameters(String name);

  /**
   * A new key pair.
   *
   * @param threads 0: one per processor
   * @param insecureSeed null: randomness of the operating system
   * @throws IllegalArgumentException for an unknown set, or a seed where the client takes none
   */
  Client generate(String parameterSet, int threads, Long insecureSeed);

  /**
   * The key pair of a secret key file, to encrypt and decrypt with.
   *
   * @param threads 0: one per processor
   * @param insecureSeed as for {@link #generate}; fixes what encryption draws
   * @throws org.hetal.he.FileReadException when the file is missing or cannot be read
   * @throws HeFormatException when it is damaged, or a key of another parameter set
   */
  Client load(Path secretKey, String parameterSet, int threads, Long insecureSeed);

  /**
   * An evaluator with the keys of a bundle: what the cluster computes with, here to measure it. The
   * simulator's has the engine's noise.
   *
   * @param device of the native engine; the others take only its threads
   */
  default Evaluator evaluator(Path keyBundle, String parameterSet, DeviceSpec device) {
    EvaluatorBackend backend =
        EvaluatorBackend.find(backend())
            .orElseThrow(() -> new IllegalStateException("no backend " + backend()));
    return backend.open(keyBundle, parameterSet, device);
  }

  /** The implementations on the class path. */
  static List<ClientBackend> all() {
    return ServiceLoader.load(ClientBackend.class, ClientBackend.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /** The implementation for that backend and holder of the secret key. */
  static Optional<ClientBackend> find(String backend, String client) {
    return all().stream()
        .filter(each -> each.backend().equals(backend) && each.client().equals(client))
        .findFirst();
  }

  /**
   * The client, if its keys are of that parameter set.
   *
   * @throws HeFormatException otherwise; the client is closed then
   */
  static Client requireSet(Client client, Path secretKey, String parameterSet) {
    String actual = client.parameters().name();
    if (!actual.equals(parameterSet)) {
      client.close();
      throw new HeFormatException(
          secretKey + ": expected a key of " + parameterSet + ", actual " + actual);
    }
    return client;
  }
}
