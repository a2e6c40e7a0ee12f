package org.hetal.tools;

import org.hetal.config.ParameterSets;
import org.hetal.config.Settings;

/** The parameter set of benchmarks that plan no training by which one could be chosen. */
final class BenchSet {
  private BenchSet() {}

  /** Settings that name a set: with {@code auto} the one with the fewest levels. */
  static Settings named(Settings settings) {
    return settings.isParameterSetAutomatic()
        ? settings.withParameterSet(ParameterSets.choices(settings.backend()).get(0))
        : settings;
  }
}
