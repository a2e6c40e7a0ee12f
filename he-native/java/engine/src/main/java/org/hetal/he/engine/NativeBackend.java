package org.hetal.he.engine;

import java.nio.file.Path;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.EvaluatorBackend;
import org.hetal.he.Parameters;

/** The C++ engine of this project; its library is inside the jar. */
public final class NativeBackend implements EvaluatorBackend {

  /** For {@link java.util.ServiceLoader}. */
  public NativeBackend() {}

  @Override
  public String name() {
    return "native";
  }

  @Override
  public boolean needsKeys() {
    return true;
  }

  @Override
  public Parameters parameters(String name) {
    return NativeParameters.named(name);
  }

  @Override
  public Evaluator open(
      Path keyBundle, String manifestDigest, String parameterSet, DeviceSpec device) {
    return NativeEngine.open(keyBundle, manifestDigest, device);
  }

  @Override
  public Evaluator openWithoutKeys(
      Path manifestFolder, String manifestDigest, String parameterSet, int threads) {
    return NativeEngine.openWithoutKeys(manifestFolder, manifestDigest, threads);
  }
}
