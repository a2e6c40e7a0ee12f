package org.hetal.he.simulator;

import java.nio.file.Path;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.EvaluatorBackend;
import org.hetal.he.Parameters;

/** Doubles in the clear under the engine's rules: for tests and dry runs, never for data. */
public final class SimulatorBackend implements EvaluatorBackend {

  /** For {@link java.util.ServiceLoader}. */
  public SimulatorBackend() {}

  @Override
  public String name() {
    return "simulator";
  }

  @Override
  public boolean needsKeys() {
    return false;
  }

  @Override
  public Parameters parameters(String name) {
    return SimulatedParameters.named(name);
  }

  @Override
  public Evaluator open(
      Path keyBundle, String manifestDigest, String parameterSet, DeviceSpec device) {
    return new Simulator(SimulatedParameters.named(parameterSet));
  }

  @Override
  public Evaluator openWithoutKeys(
      Path manifestFolder, String manifestDigest, String parameterSet, int threads) {
    return new Simulator(SimulatedParameters.named(parameterSet));
  }
}
