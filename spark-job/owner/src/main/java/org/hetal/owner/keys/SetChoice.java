package org.hetal.owner.keys;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hetal.command.Units;
import org.hetal.config.ParameterSets;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.CostModel;
import org.hetal.planner.TrainingEstimate;

/**
 * The parameter set with which a training takes least time, among the 128-bit secure sets of the
 * backend: each is planned, and the predicted seconds of an iteration are compared. Of equally fast
 * sets the one with fewer bytes of evaluation keys is taken.
 */
public final class SetChoice {
  private final List<Candidate> candidates;

  /**
   * One set.
   *
   * @param parameters of the set
   * @param plan of the training with it
   * @param costs measured with the set
   * @param estimate by these costs
   */
  public record Candidate(
      Parameters parameters, TrainingPlan plan, CostModel costs, TrainingEstimate estimate) {

    /** {@return the name of the set} */
    public String name() {
      return parameters.name();
    }

    private String describe() {
      return String.format(
          Locale.ROOT,
          "%s %.2f s with %d bootstraps, keys of %s",
          name(),
          estimate.secondsPerIteration(),
          plan.bootstrapsPerIteration(),
          Units.bytes(estimate.keyBytes()));
    }
  }

  private SetChoice(List<Candidate> candidates) {
    this.candidates = candidates;
  }

  /**
   * Chooses by the project's own measurements, as every command does that makes a plan without
   * other costs.
   *
   * @param settings of the training; their parameter set does not matter
   * @param shape of the prepared rows
   * @throws SettingsException when no set has the levels for the settings
   */
  public static SetChoice of(Settings settings, DataShape shape) {
    return of(
        settings,
        parameters -> PlanSettings.plan(settings, parameters, shape),
        SetChoice::shippedCosts);
  }

  /**
   * Chooses. Cost: a plan for each set, about a second each.
   *
   * @param settings with the backend
   * @param planner plans with a set; a {@link SettingsException} says that the set has too few
   *     levels
   * @param costs of each set, all of one machine
   * @throws SettingsException when no set has the levels for the settings
   */
  public static SetChoice of(
      Settings settings,
      Function<Parameters, TrainingPlan> planner,
      Function<Parameters, CostModel> costs) {
    Clients backend = Clients.of(settings);
    List<Candidate> out = new ArrayList<>();
    SettingsException refusal = null;
    for (String name : ParameterSets.choices(settings.backend())) {
      Parameters parameters = backend.parameters(name);
      try {
        TrainingPlan plan = planner.apply(parameters);
        CostModel model = costs.apply(parameters);
        out.add(
            new Candidate(parameters, plan, model, TrainingEstimate.of(plan, parameters, model)));
      } catch (SettingsException tooFewLevels) {
        refusal = tooFewLevels;
      }
    }
    if (out.isEmpty()) {
      throw refusal != null
          ? refusal
          : new SettingsException(
              "parameters: expected a set by name with the backend "
                  + settings.backend().label()
                  + ", actual "
                  + settings.parameterSet());
    }
    out.sort(
        Comparator.comparingDouble((Candidate each) -> each.estimate().secondsPerIteration())
            .thenComparingLong(each -> each.estimate().keyBytes())
            .thenComparing(Candidate::name));
    return new SetChoice(List.copyOf(out));
  }

  /** The costs with two threads that come with the project; those of the simulator's sets, too. */
  public static CostModel shippedCosts(Parameters parameters) {
    String name = ParameterSets.measured(parameters.name());
    return ShippedCosts.of(name)
        .orElseThrow(() -> new IllegalStateException("no costs of " + name + " are shipped"));
  }

  /** {@return the fastest} */
  public Candidate best() {
    return candidates.get(0);
  }

  /** {@return the candidate of that name; empty when it was not tried or has too few levels} */
  public Optional<Candidate> named(String parameterSet) {
    return candidates.stream().filter(each -> each.name().equals(parameterSet)).findFirst();
  }

  /** {@return why the best one was taken, one line} */
  public String reason() {
    return "seconds of an iteration: "
        + candidates.stream().map(Candidate::describe).collect(Collectors.joining("; "))
        + " (costs: "
        + candidates.stream().map(each -> each.costs().source()).collect(Collectors.joining(", "))
        + ")";
  }
}
