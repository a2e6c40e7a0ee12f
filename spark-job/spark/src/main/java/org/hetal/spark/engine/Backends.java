package org.hetal.spark.engine;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;
import org.hetal.he.EvaluatorBackend;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.Parameters;

/** The registry of {@link EvaluatorBackend}, with errors in the words of settings. */
public final class Backends {
  private Backends() {}

  /**
   * The backend of that name.
   *
   * @throws SettingsException when the class path has none; the message lists the names it has, or
   *     says which jar has it
   */
  public static EvaluatorBackend named(String name) {
    return EvaluatorBackend.find(name).orElseThrow(() -> unknown(name));
  }

  private static SettingsException unknown(String name) {
    if (name.equals("openfhe")) {
      return new SettingsException(
          "backend openfhe: expected hetal-he-openfhe-VERSION.jar on the class path (spark-submit"
              + " --jars he-native/java/openfhe/target/hetal-he-openfhe-VERSION.jar), actual"
              + " none");
    }
    return new SettingsException(
        "backend: expected one of "
            + EvaluatorBackend.all().stream().map(EvaluatorBackend::name).toList()
            + ", actual "
            + name);
  }

  /**
   * The evaluator of a specification.
   *
   * @param keys where the bundle lies on this machine, or its manifest for a specification without
   *     keys; null for a backend without keys
   * @throws SettingsException when the backend has no such parameter set, or its library is missing
   */
  static Evaluator open(EngineSpec spec, Path keys) {
    EvaluatorBackend backend = named(spec.backend());
    if (!backend.needsKeys()) {
      parameters(backend, spec.parameterSet());
    }
    Evaluator evaluator;
    try {
      evaluator =
          spec.withKeys()
              ? backend.open(keys, spec.keyManifestDigest(), spec.parameterSet(), spec.device())
              : backend.openWithoutKeys(
                  keys, spec.keyManifestDigest(), spec.parameterSet(), spec.device().threads());
    } catch (NativeLibraryException e) {
      throw new SettingsException("backend " + spec.backend() + ": " + e.getMessage(), e);
    }
    return backend.needsKeys() ? spec.withTheKeysOfTheDataset(evaluator) : evaluator;
  }

  private static Parameters parameters(EvaluatorBackend backend, String name) {
    try {
      return backend.parameters(name);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          "parameter set of the " + backend.name() + ": " + e.getMessage(), e);
    }
  }
}
