package org.hetal.owner.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.hetal.config.ParameterSets;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.Parameters;
import org.hetal.owner.keys.BenchFile;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.SetChoice;
import org.hetal.owner.keys.ShippedCosts;
import org.hetal.planner.CostModel;
import org.hetal.planner.CostsByThreads;

/** The costs of {@code hetal plan}: of the files of {@code --costs}, or the project's own. */
final class PlanCosts {
  private final List<Path> files;

  /**
   * @param files of {@code --costs}, of one set and one number of threads each; empty: the
   *     project's own
   */
  PlanCosts(List<Path> files) {
    this.files = List.copyOf(files);
  }

  boolean areShipped() {
    return files.isEmpty();
  }

  /** The costs of a set by its first file; empty when the project has not measured it. */
  Optional<CostModel> of(Parameters parameters) {
    return areShipped()
        ? ShippedCosts.of(parameters.name())
        : Optional.of(BenchFile.costs(filesOf(parameters).get(0), parameters));
  }

  /** The costs of a set by threads; empty when the project has not measured it. */
  Optional<CostsByThreads> byThreads(Parameters parameters) {
    return areShipped()
        ? ShippedCosts.byThreads(parameters.name())
        : Optional.of(BenchFile.byThreads(filesOf(parameters), parameters));
  }

  /**
   * Costs by which sets can be compared: those of the files if they have each set that the settings
   * can choose, with the same number of threads; otherwise the project's own, since one machine's
   * times do not compare with another's.
   */
  Function<Parameters, CostModel> comparable(Settings settings) {
    Clients backend = Clients.of(settings);
    List<Parameters> sets =
        ParameterSets.choices(settings.backend()).stream().map(backend::parameters).toList();
    boolean haveAll = sets.stream().allMatch(set -> files.stream().anyMatch(f -> isOf(f, set)));
    if (!haveAll) {
      return SetChoice::shippedCosts;
    }
    List<CostsByThreads> all =
        sets.stream().map(set -> BenchFile.byThreads(filesOf(set), set)).toList();
    return all.get(0).threads().stream()
        .filter(threads -> all.stream().allMatch(each -> each.threads().contains(threads)))
        .findFirst()
        .<Function<Parameters, CostModel>>map(
            threads -> set -> BenchFile.byThreads(filesOf(set), set).at(threads))
        .orElse(SetChoice::shippedCosts);
  }

  /**
   * Refuses files that lack the set that {@code auto} took.
   *
   * @throws SettingsException saying what to measure
   */
  void requireSet(Parameters parameters) {
    if (!areShipped() && files.stream().noneMatch(file -> isOf(file, parameters))) {
      throw new SettingsException(
          String.format(
              Locale.ROOT,
              "--costs: expected figures of %s, which parameters = auto chose by the project's own,"
                  + " actual none in %s; measure: hetal bench engine --set %s --json FILE, and give"
                  + " --costs the files of both sets, or set parameters to the one that was measured",
              parameters.name(),
              files,
              parameters.name()));
    }
  }

  /** All of them when none is of the set: reading them then says what is missing. */
  private List<Path> filesOf(Parameters parameters) {
    List<Path> own = files.stream().filter(file -> isOf(file, parameters)).toList();
    return own.isEmpty() ? files : own;
  }

  private static boolean isOf(Path file, Parameters parameters) {
    return BenchFile.isOf(file, parameters);
  }
}
