package org.hetal.spark.ml;

/** Which backend computes with a parameter set. */
final class Backends {
  private Backends() {}

  /** The setting {@code backend} of a parameter set. */
  static String of(String parameterSet) {
    if (parameterSet.startsWith("insecure_simulator_")) {
      return "simulator";
    }
    return parameterSet.matches("(insecure_)?openfhe_.*") ? "openfhe" : "native";
  }
}
