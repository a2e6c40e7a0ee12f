package org.hetal.owner.cli;

import java.util.Optional;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.HeLevelException;
import org.hetal.he.Parameters;
import org.hetal.owner.keys.SetChoice;
import org.hetal.plan.DataShape;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.CostModel;
import org.hetal.planner.TrainingEstimate;
import org.hetal.planner.TrainingPlanner;

/** Times of schedules on ciphertexts, with the set of the settings or with the fastest. */
final class SchedulePricing implements ScheduleSearch.Pricing {
  private final Settings settings;
  private final DataShape shape;
  private final Preprocessing preprocessing;
  private final Parameters parameters;
  private final PlanCosts costs;

  /**
   * @param parameters of the settings' plan, which other schedules have, too, unless the settings
   *     have {@code auto}
   */
  SchedulePricing(
      Settings settings,
      DataShape shape,
      Preprocessing preprocessing,
      Parameters parameters,
      PlanCosts costs) {
    this.settings = settings;
    this.shape = shape;
    this.preprocessing = preprocessing;
    this.parameters = parameters;
    this.costs = costs;
  }

  @Override
  public Optional<ScheduleSearch.Price> of(Schedule schedule) {
    try {
      if (settings.isParameterSetAutomatic()) {
        SetChoice choice =
            SetChoice.of(settings, set -> plan(set, schedule), costs.comparable(settings));
        SetChoice.Candidate best = choice.best();
        return Optional.of(price(best.plan(), best.estimate(), best.costs()));
      }
      TrainingPlan plan = plan(parameters, schedule);
      CostModel model = costs.of(parameters).orElseThrow();
      return Optional.of(price(plan, TrainingEstimate.of(plan, parameters, model), model));
    } catch (SettingsException tooFewLevels) {
      return Optional.empty();
    }
  }

  /** With the cheapest layout for the size of the minibatches, or with that of the settings. */
  private TrainingPlan plan(Parameters set, Schedule schedule) {
    if (settings.training().rowsPerBlock() != 0) {
      return PlanSettings.plan(settings, set, shape, schedule);
    }
    try {
      return TrainingPlanner.plan(
          set, schedule, shape, settings.data().classes(), preprocessing, settings.metric());
    } catch (HeLevelException e) {
      throw new SettingsException("plan: " + e.getMessage(), e);
    }
  }

  private static ScheduleSearch.Price price(
      TrainingPlan plan, TrainingEstimate estimate, CostModel model) {
    return new ScheduleSearch.Price(
        plan.parameters().name(),
        plan.bootstrapsPerIteration(),
        estimate.minutesPerEpoch(),
        plan.parameters().bootstrapBound() * plan.schedule().stateScale(),
        model.source());
  }
}
