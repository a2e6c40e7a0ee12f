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

  /** {@return the {@link EvaluatorBackend#name} that computes on what these clients encrypt} */
  String backend();

  /**
   * {@return whose code holds the secret key: {@code native}, {@code openfhe} or {@code simulator}}
   */
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
   * A parameter set of this backend.
   *
   * @param name such as {@code n16_l12}
   * @return the set
   * @throws IllegalArgumentException when there is none
   */
  Parameters parameters(String name);

  /**
   * Makes a new key pair.
   *
   * @param parameterSet its name
   * @param threads 0: one per processor
   * @param insecureSeed null: randomness of the operating system; a seed makes the keys
   *     predictable, for tests
   * @return the client, which the caller closes
   * @throws IllegalArgumentException for an unknown set, or a seed where the client takes none
   */
  Client generate(String parameterSet, int threads, Long insecureSeed);

  /**
   * The key pair of a secret key file, to encrypt and decrypt with.
   *
   * @param secretKey a file of {@link Client#saveSecretKey}
   * @param parameterSet the set that its keys are expected to have
   * @param threads 0: one per processor
   * @param insecureSeed as for {@link #generate}; fixes what encryption draws
   * @return the client, which the caller closes
   * @throws org.hetal.he.FileReadException when the file is missing or cannot be read
   * @throws HeFormatException when it is damaged, or a key of another parameter set
   */
  Client load(Path secretKey, String parameterSet, int threads, Long insecureSeed);

  /**
   * As {@link #load(Path, String, int, Long)}, of a file that the caller decrypted.
   *
   * @param content what {@link Client#secretKey} gave; the caller overwrites it
   * @param secretKey the file, for messages
   * @param parameterSet the set that its keys are expected to have
   * @param threads 0: one per processor
   * @param insecureSeed as for {@link #generate}; fixes what encryption draws
   * @return the client, which the caller closes
   * @throws HeFormatException when it is damaged, or a key of another parameter set
   */
  Client load(byte[] content, Path secretKey, String parameterSet, int threads, Long insecureSeed);

  /**
   * Whether the keys of these clients have a public half for other parties to encrypt with.
   *
   * @return if not, {@link #encryptor} and {@link Client#savePublicKey} throw
   *     UnsupportedOperationException
   */
  boolean hasPublicKeys();

  /**
   * The public key of a file, to encrypt with.
   *
   * @param publicKey a file of {@link Client#savePublicKey}
   * @param parameterSet the set that the key is expected to have
   * @param threads 0: one per processor
   * @return the encryptor, which the caller closes
   * @throws org.hetal.he.FileReadException when the file is missing or cannot be read
   * @throws HeFormatException when it is damaged, or a key of another parameter set
   * @throws UnsupportedOperationException where {@link #hasPublicKeys} is false
   */
  PublicEncryptor encryptor(Path publicKey, String parameterSet, int threads);

  /**
   * An evaluator with the keys of a bundle, as the cluster opens it, to measure it on the owner's
   * machine. The simulator's has the engine's noise.
   *
   * @param keyBundle a folder of this machine
   * @param manifestDigest SHA-256 of the manifest that the bundle must have, in hex; null for any
   * @param parameterSet for a backend without keys; a bundle has its own
   * @param device of the native engine; the others take only its threads
   * @return the evaluator, which the caller closes
   * @throws IllegalStateException when the class path lacks the backend; the other exceptions are
   *     those of {@link EvaluatorBackend#open}
   */
  default Evaluator evaluator(
      Path keyBundle, String manifestDigest, String parameterSet, DeviceSpec device) {
    EvaluatorBackend backend =
        EvaluatorBackend.find(backend())
            .orElseThrow(() -> new IllegalStateException("no backend " + backend()));
    return backend.open(keyBundle, manifestDigest, parameterSet, device);
  }

  /** {@return the implementations on the class path} */
  static List<ClientBackend> all() {
    return ServiceLoader.load(ClientBackend.class, ClientBackend.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /**
   * Finds an implementation on the class path.
   *
   * @param backend as {@link #backend()} gives it
   * @param client as {@link #client()} gives it
   * @return the implementation; empty if the class path has none for both
   */
  static Optional<ClientBackend> find(String backend, String client) {
    return all().stream()
        .filter(each -> each.backend().equals(backend) && each.client().equals(client))
        .findFirst();
  }

  /**
   * Checks that a key is of the expected set.
   *
   * @param <E> a client or an encryptor
   * @param loaded just now
   * @param key its file, for the message
   * @param parameterSet the expected name
   * @return {@code loaded}
   * @throws HeFormatException when its set has another name; it is closed then
   */
  static <E extends Encryptor> E requireSet(E loaded, Path key, String parameterSet) {
    String actual = loaded.parameters().name();
    if (!actual.equals(parameterSet)) {
      loaded.close();
      throw new HeFormatException(
          key + ": expected a key of " + parameterSet + ", actual " + actual);
    }
    return loaded;
  }
}
