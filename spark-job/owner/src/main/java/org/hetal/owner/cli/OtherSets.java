package org.hetal.owner.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.hetal.command.Units;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.owner.keys.Clients;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;

/** Whether another 128-bit parameter set of the engine trains faster. */
final class OtherSets {
  /** The seconds of a bootstrap of each set, in those of n16_l12: he-native/cpp/bench/results. */
  private static final Map<String, Double> BOOTSTRAP = new LinkedHashMap<>();

  static {
    BOOTSTRAP.put("n16_l12", 1.0);
    BOOTSTRAP.put("n16_l14", 1.12);
  }

  private final Settings settings;
  private final DataShape shape;

  OtherSets(Settings settings, DataShape shape) {
    this.settings = settings;
    this.shape = shape;
  }

  /**
   * What to say of the set whose bootstraps take least time per iteration.
   *
   * @param plan with the set of the settings
   * @return empty when there is no faster one, or the set of the plan is none of these
   */
  Optional<String> faster(TrainingPlan plan) {
    String own = plan.parameters().name();
    if (!BOOTSTRAP.containsKey(own)) {
      return Optional.empty();
    }
    double least = seconds(own, plan);
    String best = null;
    TrainingPlan bestPlan = null;
    for (String other : BOOTSTRAP.keySet()) {
      if (!other.equals(own)) {
        Optional<TrainingPlan> found = plan(other);
        if (found.isPresent() && seconds(other, found.get()) < least) {
          least = seconds(other, found.get());
          best = other;
          bestPlan = found.get();
        }
      }
    }
    return best == null
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s takes %d bootstraps an iteration, %.0f %% of the time of these, and has keys of"
                    + " %s for them: --set parameters=%s",
                best,
                bestPlan.bootstrapsPerIteration(),
                100 * least / seconds(own, plan),
                Units.bytes(parameters(best).bootstrapKeyBytes().orElse(0)),
                best));
  }

  private static double seconds(String set, TrainingPlan plan) {
    return BOOTSTRAP.get(set) * plan.bootstrapsPerIteration();
  }

  private Optional<TrainingPlan> plan(String set) {
    try {
      return Optional.of(PlanSettings.plan(settings, parameters(set), shape));
    } catch (SettingsException tooFewLevels) {
      return Optional.empty();
    }
  }

  private Parameters parameters(String set) {
    return Clients.of(settings).parameters(set);
  }
}
