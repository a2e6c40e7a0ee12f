package org.hetal.owner;

import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.owner.keys.Clients;
import org.hetal.plan.TrainingPlan;

/**
 * What a training will need, found before any key exists.
 *
 * @param settings of the owner
 * @param training levels, layout, schedule and the evaluation keys
 */
public record Plan(Settings settings, TrainingPlan training) {

  /**
   * Plans a training on the data. Runs one iteration on the simulator: seconds at N = 2^16.
   *
   * @param settings parameter set, schedule, layout and preparation of the rows
   * @param data rows of the training, read now if they were not read before
   * @return the plan with its settings
   * @throws SettingsException when the parameter set has too few levels for the settings
   */
  public static Plan of(Settings settings, LabeledData data) {
    Parameters parameters = Clients.of(settings).parameters(settings.parameterSet());
    return new Plan(settings, PlanSettings.plan(settings, parameters, data.shape()));
  }
}
