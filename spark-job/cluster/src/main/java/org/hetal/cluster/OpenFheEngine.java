package org.hetal.cluster;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.he.Evaluator;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.hetal.he.openfhe.OpenFheUnavailableException;

/** What of {@link OpenFheBackend} cannot be loaded without OpenFHE's jar. */
final class OpenFheEngine {
  private OpenFheEngine() {}

  static Evaluator open(EngineSpec spec, Path keys) {
    OpenFheEvaluator evaluator;
    try {
      evaluator = OpenFheEvaluator.open(keys, spec.device().threads());
    } catch (OpenFheUnavailableException e) {
      throw new SettingsException("backend openfhe: " + e.getMessage(), e);
    }
    if (!evaluator.keyId().equals(spec.keyId())) {
      String actual = evaluator.keyId();
      evaluator.close();
      throw new DatasetException(
          "key bundle "
              + spec.keyBundle()
              + ": expected the keys of the data set, key id "
              + spec.keyId()
              + ", actual "
              + actual);
    }
    return evaluator;
  }
}
