package org.hetal.cluster;

import java.nio.file.Path;
import org.hetal.dataset.DatasetException;
import org.hetal.he.Evaluator;
import org.hetal.he.NativeEngine;
import org.hetal.he.NativeEvaluator;

/** The C++ engine of this project; its library is inside the jar. */
public final class NativeBackend implements Backend {
  @Override
  public String name() {
    return "native";
  }

  @Override
  public boolean needsKeys() {
    return true;
  }

  @Override
  public Evaluator open(EngineSpec spec, Path keys) {
    NativeEvaluator evaluator = NativeEngine.open(keys, spec.device());
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
