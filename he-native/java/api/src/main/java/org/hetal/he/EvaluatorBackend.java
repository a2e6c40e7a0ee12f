package org.hetal.he;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A way to compute on ciphertexts, found by its name through {@link ServiceLoader}. The jar of each
 * implementation names it in {@code META-INF/services/org.hetal.he.EvaluatorBackend}: {@code
 * native} in hetal-he-engine, {@code openfhe} in hetal-he-openfhe, {@code simulator} in
 * hetal-he-simulator.
 */
public interface EvaluatorBackend {

  /** The value of the setting {@code backend}. */
  String name();

  /** Whether {@link #open} needs a bundle of evaluation keys. */
  boolean needsKeys();

  /**
   * The parameter set of that name.
   *
   * @throws IllegalArgumentException for an unknown name
   * @throws NativeLibraryException when the backend's library is missing
   */
  Parameters parameters(String name);

  /**
   * Opens an evaluator, which the caller closes.
   *
   * @param keyBundle a folder of this machine; null for a backend without keys
   * @param parameterSet for a backend without keys; a bundle has its own
   * @param device of the native engine; the others take only its threads
   * @throws FileReadException when a file of the bundle is missing or cannot be read
   * @throws HeFormatException when the bundle is damaged or of other parameters
   * @throws NativeLibraryException when the backend's library is missing or of another build
   * @throws DeviceUnavailableException when this machine lacks the device
   * @throws DeviceOutOfMemoryException when the device has not the memory to be reserved
   * @throws ResourceUnavailableException when the system gives fewer threads
   */
  Evaluator open(Path keyBundle, String parameterSet, DeviceSpec device);

  /** The backends on the class path. */
  static List<EvaluatorBackend> all() {
    return ServiceLoader.load(EvaluatorBackend.class, EvaluatorBackend.class.getClassLoader())
        .stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /** The backend of that name, if the class path has it. */
  static Optional<EvaluatorBackend> find(String name) {
    return all().stream().filter(backend -> backend.name().equals(name)).findFirst();
  }
}
