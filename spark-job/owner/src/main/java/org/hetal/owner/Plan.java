package org.hetal.owner;

import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.HeLevelException;
import org.hetal.owner.keys.ClientBackend;
import org.hetal.training.TrainingPlan;

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
   * @param data rows of the training, read now if they were not read before
   * @throws SettingsException when the parameter set has too few levels for the settings
   */
  public static Plan of(Settings settings, LabeledData data) {
    try {
      return new Plan(
          settings,
          data.prepared()
              .plan(settings, ClientBackend.of(settings).parameters(settings.parameterSet())));
    } catch (IllegalArgumentException | HeLevelException e) {
      throw new SettingsException("plan: " + e.getMessage(), e);
    }
  }
}
