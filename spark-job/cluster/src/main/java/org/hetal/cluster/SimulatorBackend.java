package org.hetal.cluster;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/**
 * Doubles in the clear under the engine's rules: for tests and dress rehearsals, never for data.
 */
public final class SimulatorBackend implements Backend {
  private static final Pattern NAME = Pattern.compile("insecure_simulator_n(\\d{1,2})_l(\\d{1,2})");

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
    Matcher matcher = NAME.matcher(name);
    if (matcher.matches()) {
      int log = Integer.parseInt(matcher.group(1));
      int levels = Integer.parseInt(matcher.group(2));
      if (log >= 2 && log <= 17 && levels >= 1) {
        SimulatedParameters usual = SimulatedParameters.withRingDegree(1 << log);
        return new SimulatedParameters(
            1 << log, usual.bootstrapInputLevel(), levels, usual.bootstrapBound());
      }
    }
    throw new SettingsException(
        "parameter set of the simulator: expected insecure_simulator_nLOG_lLEVELS with LOG of 2 to 17, actual "
            + name);
  }
}
