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

  /** {@return the value of the setting {@code backend}, such as {@code native}} */
  String name();

  /** {@return whether {@link #open} needs a bundle of evaluation keys} */
  boolean needsKeys();

  /**
   * A parameter set of this backend.
   *
   * @param name such as {@code n16_l12}
   * @return the set, which needs no keys
   * @throws IllegalArgumentException for an unknown name
   * @throws NativeLibraryException when the backend's library is missing
   */
  Parameters parameters(String name);

  /**
   * Opens an evaluator, which the caller closes.
   *
   * @param keyBundle a folder of this machine; null for a backend without keys
   * @param manifestDigest SHA-256 of the manifest that the bundle must have, in hex; null for any.
   *     The manifest has the digest of every key file
   * @param parameterSet for a backend without keys; a bundle has its own
   * @param device of the native engine; the others take only its threads
   * @throws FileReadException when a file of the bundle is missing or cannot be read
   * @throws HeFormatException when the bundle is damaged, has another manifest or other parameters
   * @throws NativeLibraryException when the backend's library is missing or of another build
   * @throws DeviceUnavailableException when this machine lacks the device
   * @throws DeviceOutOfMemoryException when the device has not the memory to be reserved
   * @throws ResourceUnavailableException when the system gives fewer threads
   * @return an evaluator with the keys of the bundle
   */
  Evaluator open(Path keyBundle, String manifestDigest, String parameterSet, DeviceSpec device);

  /**
   * Opens an evaluator on the processor for the bytes, levels and sums of ciphertexts, which the
   * caller closes. It reads the manifest of a bundle and none of its keys.
   *
   * @param manifestFolder a folder of this machine with the manifest; the key files may be missing;
   *     null for a backend without keys
   * @param manifestDigest as for {@link #open}
   * @param parameterSet as for {@link #open}
   * @param threads 0: one for each core
   * @throws FileReadException when there is no manifest
   * @throws HeFormatException when the manifest is damaged, another one or of other parameters
   * @throws NativeLibraryException when the backend's library is missing or of another build
   * @throws ResourceUnavailableException when the system gives fewer threads
   * @return an evaluator that throws {@link HeMissingKeyException} for what needs a key
   */
  Evaluator openWithoutKeys(
      Path manifestFolder, String manifestDigest, String parameterSet, int threads);

  /** {@return the backends on the class path, in the order of their jars} */
  static List<EvaluatorBackend> all() {
    return ServiceLoader.load(EvaluatorBackend.class, EvaluatorBackend.class.getClassLoader())
        .stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /**
   * Finds a backend on the class path.
   *
   * @param name as {@link #name()} gives it
   * @return the backend; empty if the class path lacks it
   */
  static Optional<EvaluatorBackend> find(String name) {
    return all().stream().filter(backend -> backend.name().equals(name)).findFirst();
  }
}
