package org.hetal.owner.cli;

import java.util.Locale;
import java.util.Optional;
import org.hetal.command.Units;
import org.hetal.config.ParameterSets;
import org.hetal.config.Settings;
import org.hetal.dataset.PlanSettings;
import org.hetal.owner.keys.SetChoice;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;

/** Whether another 128-bit parameter set of the engine trains faster than the one of a plan. */
final class OtherSets {
  private final Settings settings;
  private final DataShape shape;
  private final PlanCosts costs;

  OtherSets(Settings settings, DataShape shape, PlanCosts costs) {
    this.settings = settings;
    this.shape = shape;
    this.costs = costs;
  }

  /**
   * What to say of the set whose iterations take least time.
   *
   * @param plan with the set of the settings
   * @return empty when there is no faster one, or the set of the plan is none of these
   */
  Optional<String> faster(TrainingPlan plan) {
    String own = plan.parameters().name();
    if (!ParameterSets.choices(settings.backend()).contains(own)) {
      return Optional.empty();
    }
    SetChoice choice =
        SetChoice.of(
            settings,
            parameters ->
                parameters.name().equals(own)
                    ? plan
                    : PlanSettings.plan(settings, parameters, shape),
            costs.comparable(settings));
    SetChoice.Candidate best = choice.best();
    SetChoice.Candidate here = choice.named(own).orElseThrow();
    if (best.name().equals(own)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s takes %d bootstraps and %.0f %% of the time of %s per iteration (%.2f s instead of"
                + " %.2f s by %s and %s), and has keys of %s: --set parameters=%s",
            best.name(),
            best.plan().bootstrapsPerIteration(),
            100 * best.estimate().secondsPerIteration() / here.estimate().secondsPerIteration(),
            own,
            best.estimate().secondsPerIteration(),
            here.estimate().secondsPerIteration(),
            best.costs().source(),
            here.costs().source(),
            Units.bytes(best.estimate().keyBytes()),
            best.name()));
  }
}
