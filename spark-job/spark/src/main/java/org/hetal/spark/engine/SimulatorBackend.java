package org.hetal.spark.engine;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/**
 * Doubles in the clear under the engine's rules: for tests and dress rehearsals, never for data.
 */
public final class SimulatorBackend implements Backend {

  @Override
  public String name() {
    return "simulator";
  }

  @Override
  public boolean needsKeys() {
    return false;
  }

  @Override
  public Evaluator open(EngineSpec spec, Path keys) {
    return new Simulator(parameters(spec.parameterSet()));
  }

  /** The parameters whose {@code name()} is {@code name}: ring degree and levels are in it. */
  static SimulatedParameters parameters(String name) {
    try {
      return SimulatedParameters.named(name);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("parameter set of the simulator: " + e.getMessage(), e);
    }
  }
}
