package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsCommand;
import org.hetal.command.SettingsOptions;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.he.Parameters;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.TemporaryFolder;
import org.hetal.packing.Layout;
import org.hetal.report.RunMetrics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Rows per second of one training on different numbers of executors. */
@Command(
    name = "scaling",
    description = {
      "Trains on generated rows through spark-submit on clusters of this machine, with executors of"
          + " one core each, and prints rows per second and efficiency: seconds per iteration with"
          + " one executor / (executors x seconds per iteration).",
      "All microbatches are full. The first iteration opens engines and keys and does not count."
          + " All models must have the same bytes; exit code 70 if they have not. Needs SPARK_HOME,"
          + " and for figures that count a machine with at least as many idle cores as executors."
    })
final class ScalingCommand extends SettingsCommand {
  private static final Map<String, String> DEFAULTS =
      Map.of("data.classes", "10", "threads", "1", "training.logit-range", "32");

  @Option(
      names = "--executors",
      split = ",",
      defaultValue = "1,2",
      paramLabel = "N",
      description = "Executors of each training, from few to many (default ${DEFAULT-VALUE}).")
  private List<Integer> executors;

  @Option(
      names = "--microbatches",
      defaultValue = "4",
      paramLabel = "N",
      description = "Full microbatches of a minibatch (default ${DEFAULT-VALUE}).")
  private int microbatches;

  @Option(
      names = "--iterations",
      defaultValue = "3",
      paramLabel = "N",
      description = "Iterations that count (default ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--synthetic-features",
      defaultValue = "64",
      paramLabel = "N",
      description = "Features of a row without the bias (default ${DEFAULT-VALUE}).")
  private int features;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there too.")
  private Path json;

  @Override
  protected Settings load(SettingsOptions options) {
    return BenchSet.named(SettingsLoader.load(options.files(), overrides()));
  }

  private Map<String, String> overrides() {
    Map<String, String> out = new LinkedHashMap<>(DEFAULTS);
    out.putAll(options().overrides());
    return out;
  }

  @Override
  protected int execute() {
    if (microbatches < 1 || iterations < 1 || features < 1) {
      throw new SettingsException(
          String.format(
              Locale.ROOT,
              "--microbatches, --iterations, --synthetic-features: expected at least 1, actual %d,"
                  + " %d, %d",
              microbatches,
              iterations,
              features));
    }
    if (executors.stream().anyMatch(count -> count < 1)) {
      throw new SettingsException("--executors: expected at least 1, actual " + executors);
    }
    try (TemporaryFolder folder = new TemporaryFolder("hetal-scaling")) {
      measure(folder.path());
    }
    return ExitCode.OK.status();
  }

  private int batchRows() {
    Parameters parameters = Clients.of(settings()).parameters(settings().parameterSet());
    Layout layout =
        new Layout(parameters.slotCount(), 2, settings().data().classes(), features + 1);
    return Math.multiplyExact(
        Math.multiplyExact(microbatches, settings().training().groupsPerMicrobatch()),
        layout.rowsPerGroup());
  }

  private void measure(Path folder) {
    int rows = batchRows();
    Map<String, String> overrides = overrides();
    overrides.put("parameters", settings().parameterSet());
    ScalingRuns runs =
        new ScalingRuns(out(), options().files(), overrides, folder, executors.size());
    runs.encrypt(
        SyntheticData.splits(
            Math.multiplyExact(rows, iterations + 1), features, settings().data().classes()),
        rows);
    ArrayNode measured = JsonNodeFactory.instance.arrayNode();
    double first = 0;
    String expected = "";
    for (int count : executors) {
      RunMetrics metrics = runs.train(count);
      ObjectNode row = row(count, rows, metrics);
      if (measured.isEmpty()) {
        first = row.path("seconds_per_iteration").asDouble() * count;
        expected = runs.digest(count);
      } else if (!expected.equals(runs.digest(count))) {
        throw new IllegalStateException(
            count + " executors: expected the bytes of the first training, actual other ones");
      }
      double efficiency = first / (count * row.path("seconds_per_iteration").asDouble());
      row.put("efficiency", efficiency);
      measured.add(row);
      say(
          "%d executors: %.1f rows per second, %.2f s per iteration (%.2f s on the executors, %.2f s"
              + " for the update of the weights), efficiency %.2f",
          count,
          row.path("rows_per_second").asDouble(),
          row.path("seconds_per_iteration").asDouble(),
          row.path("gradient_seconds").asDouble(),
          row.path("update_seconds").asDouble(),
          efficiency);
    }
    if (json != null) {
      Figures.write(figures(rows, measured), json);
    }
  }

  private ObjectNode row(int count, int rows, RunMetrics metrics) {
    List<RunMetrics.Step> steps = metrics.steps().subList(1, metrics.steps().size());
    double seconds = median(steps.stream().map(RunMetrics.Step::seconds).toList());
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("executors", count);
    row.put("cores_per_executor", 1);
    row.put("iterations", steps.size());
    row.put("rows_per_second", rows / seconds);
    row.put("seconds_per_iteration", seconds);
    row.put(
        "gradient_seconds", median(steps.stream().map(RunMetrics.Step::gradientSeconds).toList()));
    row.put("update_seconds", median(steps.stream().map(RunMetrics.Step::updateSeconds).toList()));
    ObjectNode stages = row.putObject("task_seconds");
    steps
        .get(0)
        .taskSeconds()
        .keySet()
        .forEach(
            stage ->
                stages.put(
                    stage.label(),
                    median(steps.stream().map(step -> step.taskSeconds().get(stage)).toList())));
    return row;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted(Comparator.naturalOrder()).toList().get(values.size() / 2);
  }

  private ObjectNode figures(int rows, ArrayNode measured) {
    ObjectNode out = Figures.of("./hetal bench scaling", settings().parameterSet());
    out.put("batch_rows", rows);
    out.put("microbatches", microbatches);
    out.put("features", features + 1);
    out.put("classes", settings().data().classes());
    out.put("engine_threads", settings().threads());
    out.set("clusters", measured);
    return out;
  }
}
