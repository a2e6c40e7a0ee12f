package org.hetal.config;

import java.util.List;

/** Which parameter sets belong to which backend, and among which the planner may choose. */
public final class ParameterSets {
  /** The value of {@code parameters} with which the planner chooses. */
  public static final String AUTO = "auto";

  private static final String SIMULATED = "insecure_simulator_";

  /** The 128-bit secure sets of the engine. */
  private static final List<String> SECURE = List.of("n16_l12", "n16_l14");

  private ParameterSets() {}

  /**
   * The sets among which {@link #AUTO} chooses.
   *
   * @param backend that computes
   * @return the secure sets of the engine; for the simulator, which protects nothing whatever its
   *     set is, those of the same slots and levels; none for OpenFHE, whose costs are not known
   */
  public static List<String> choices(Settings.Backend backend) {
    return switch (backend) {
      case NATIVE -> SECURE;
      case SIMULATOR -> SECURE.stream().map(name -> SIMULATED + name).toList();
      case OPENFHE -> List.of();
    };
  }

  /**
   * The set of the engine whose costs are those of a set.
   *
   * @param name of a set of the engine or the simulator
   * @return the engine's set of as many slots and levels
   */
  public static String measured(String name) {
    return name.startsWith(SIMULATED) ? name.substring(SIMULATED.length()) : name;
  }

  /**
   * Whether settings with {@link #AUTO} take the set of a plan that is there.
   *
   * @param backend of the settings
   * @param planned name of the plan's set
   * @return false for a set of another backend, and for one that is not secure, which only its name
   *     in the settings can ask for
   */
  static boolean isTaken(Settings.Backend backend, String planned) {
    return backend == Settings.Backend.NATIVE
        ? SECURE.contains(planned)
        : backendOf(planned) == backend;
  }

  /** The backend whose set this is. */
  static Settings.Backend backendOf(String name) {
    return name.startsWith(SIMULATED)
        ? Settings.Backend.SIMULATOR
        : name.matches("(insecure_)?openfhe_.*")
            ? Settings.Backend.OPENFHE
            : Settings.Backend.NATIVE;
  }
}
