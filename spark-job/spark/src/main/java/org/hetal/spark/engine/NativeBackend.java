package org.hetal.spark.engine;

import java.nio.file.Path;
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
    return spec.withTheKeysOfTheDataset(evaluator, evaluator.keyId());
  }
}
