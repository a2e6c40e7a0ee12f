package org.hetal.owner;

import java.util.function.Consumer;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.SetChoice;
import org.hetal.plan.TrainingPlan;

/**
 * What a training will need, found before any key exists.
 *
 * @param settings of the owner, with the parameter set that was chosen where theirs was {@code
 *     auto}
 * @param training levels, layout, schedule and the evaluation keys
 */
public record Plan(Settings settings, TrainingPlan training) {

  /**
   * Plans a training on the data. Runs one iteration on the simulator: seconds at N = 2^16. With
   * {@code parameters = auto} it plans with each secure parameter set and takes the one whose
   * iterations take least time, by costs that come with the project.
   *
   * @param settings parameter set, schedule, layout and preparation of the rows
   * @param data rows of the training, read now if they were not read before
   * @return the plan with its settings
   * @throws SettingsException when the parameter set has too few levels for the settings
   */
  public static Plan of(Settings settings, LabeledData data) {
    return of(settings, data, notice -> {});
  }

  /**
   * @param notices told which set was chosen and why, one line
   */
  static Plan of(Settings settings, LabeledData data, Consumer<String> notices) {
    if (settings.isParameterSetAutomatic()) {
      SetChoice choice = SetChoice.of(settings, data.shape());
      SetChoice.Candidate best = choice.best();
      notices.accept("parameter set " + best.name() + " chosen by " + choice.reason());
      return new Plan(settings.withParameterSet(best.name()), best.plan());
    }
    Parameters parameters = Clients.of(settings).parameters(settings.parameterSet());
    return new Plan(settings, PlanSettings.plan(settings, parameters, data.shape()));
  }
}
