package org.hetal.spark.engine;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.hetal.he.openfhe.OpenFheUnavailableException;

/** What of {@link OpenFheBackend} cannot be loaded without OpenFHE's jar. */
final class OpenFheBackendLoader {
  private OpenFheBackendLoader() {}

  static Evaluator open(EngineSpec spec, Path keys) {
    OpenFheEvaluator evaluator;
    try {
      evaluator = OpenFheEvaluator.open(keys, spec.device().threads());
    } catch (OpenFheUnavailableException e) {
      throw new SettingsException("backend openfhe: " + e.getMessage(), e);
    }
    return spec.withTheKeysOfTheDataset(evaluator, evaluator.keyId());
  }
}
