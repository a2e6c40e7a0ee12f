package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.SettingsCommand;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.he.engine.EngineLibrary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The paper's table: whole trainings on ciphertexts to their early stop or last epoch, through the
 * real job, each role in a process of its own.
 */
@Command(
    name = "paper",
    description = {
      "Trains on five data sets, four of them the paper's, to the early stop or the last epoch of"
          + " their schedules, through the real job: embedded Spark, the oracle in its own process."
          + " Prints each beside the figures that HETAL published for an NVIDIA A40.",
      "The schedules are conf/paper/NAME.conf. A training takes up to some hours; one that was"
          + " interrupted goes on with --resume. Keys, data and models go to .hetal/paper/NAME."
    })
final class PaperBenchCommand extends SettingsCommand {
  private static final Path FOLDER = Path.of(".hetal/paper");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER",
      description =
          "Has mnist-effnetlite0, cifar10-effnetlite0, facemask-effnetlite0,"
              + " pneumoniamnist-effnetlite0 and snips-minilm, each with train_, validation_ and"
              + " test_features.npy and _labels.npy.")
  private Path data;

  @Option(
      names = "--dataset",
      split = ",",
      defaultValue = "all",
      paramLabel = "NAME",
      description =
          "mnist, cifar10, facemask, pneumonia, snips, several of them, or all (default).")
  private List<String> names;

  @Option(names = "--resume", description = "Goes on with trainings that were interrupted.")
  private boolean resume;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there too.")
  private Path json;

  @Override
  protected int execute() {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (PaperSet set : chosen()) {
      ObjectNode row = train(set);
      rows.add(row);
      show(set, row);
      if (json != null) {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        file.put("command", "./hetal bench paper");
        file.set("sets", rows);
        Figures.write(file, json);
      }
    }
    return ExitCode.OK.status();
  }

  private List<PaperSet> chosen() {
    return names.equals(List.of("all"))
        ? List.of(PaperSet.values())
        : names.stream().map(PaperSet::named).toList();
  }

  private ObjectNode train(PaperSet set) {
    Path folder = FOLDER.resolve(set.label());
    if (Files.exists(folder) && !resume) {
      throw new SettingsException(
          folder
              + ": expected no training of "
              + set.label()
              + ", actual one; --resume goes on with it, and removing the folder starts anew");
    }
    List<Path> files = new ArrayList<>();
    files.add(Programs.home().resolve("conf/paper/" + set.label() + ".conf"));
    files.addAll(options().files());
    Map<String, String> overrides = new LinkedHashMap<>(set.paths(data.toAbsolutePath(), folder));
    overrides.putAll(options().overrides());
    Settings settings = SettingsLoader.load(files, overrides);
    List<String> arguments = new ArrayList<>();
    files.forEach(file -> arguments.addAll(List.of("-c", file.toString())));
    overrides.forEach((path, value) -> arguments.addAll(List.of("--set", path + "=" + value)));
    out().println(set.label());
    ProgressBar bar = ProgressBar.start(out(), "");
    Parties parties =
        new Parties(
            out(), bar, settings, arguments, Programs.ofLauncher(), folder.resolve("bench.log"));
    double keygen = parties.owner("keygen");
    double encrypt = parties.owner("encrypt");
    parties.train();
    parties.owner("decrypt-model", "--all-digits"); // for the comparison that follows
    Path figures = folder.resolve("evaluation.json");
    parties.owner("evaluate", "--softmax", "--json", figures.toString());
    return row(set, settings, Parties.read(figures), keygen, encrypt);
  }

  private static ObjectNode row(
      PaperSet set, Settings settings, ObjectNode evaluation, double keygen, double encrypt) {
    ObjectNode report =
        Parties.read(LocalPath.of("paths.run", settings.paths().run()).resolve("report.json"));
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("set", set.label());
    row.put("parameter_set", report.path("parameter_set").asText());
    row.put("security_bits", report.path("security_bits").asInt());
    row.put("rows", report.path("rows").asInt());
    row.put("features", report.path("features").asInt());
    row.put("classes", report.path("classes").asInt());
    row.put("batch_rows", settings.training().batchRows());
    row.put("learning_rate", settings.training().learningRate());
    row.put("logit_range", settings.training().logitRange());
    row.put("epochs", report.path("epochs").asInt());
    row.put("best_epoch", report.path("best_epoch").asInt());
    row.put("iterations", report.path("steps").asInt());
    row.put("seconds", report.path("seconds").asDouble());
    row.put("seconds_per_iteration", report.path("seconds_per_iteration").asDouble());
    row.put("keygen_seconds", keygen);
    row.put("encrypt_seconds", encrypt);
    row.put("bootstraps_per_iteration", report.path("bootstraps_per_iteration").asInt());
    evaluation.remove(List.of("epochs", "best_epoch", "bootstraps_per_iteration", "plain_losses"));
    row.setAll(evaluation);
    row.put("device", report.path("device").asText());
    row.put("threads", threads(settings));
    row.put("commit", EngineLibrary.commit());
    return row;
  }

  private static int threads(Settings settings) {
    return settings.threads() == 0
        ? Runtime.getRuntime().availableProcessors()
        : settings.threads();
  }

  private void show(PaperSet set, ObjectNode row) {
    PaperSet.Published paper = set.published();
    out().printf(Locale.ROOT, "  %-34s %14s %22s%n", "", "here", "HETAL: " + paper.name());
    line("iterations", "%,.0f", row.path("iterations").asDouble(), paper.iterations());
    line(
        "seconds per iteration",
        "%,.2f",
        row.path("seconds_per_iteration").asDouble(),
        paper.secondsPerIteration());
    line("seconds in all", "%,.0f", row.path("seconds").asDouble(), paper.seconds());
    line(
        "accuracy, trained on ciphertexts",
        "%.2f %%",
        100 * row.path("accuracy_encrypted").asDouble(),
        paper.accuracy());
    one("accuracy, trained in the clear", "%.2f %%", 100 * row.path("accuracy_plain").asDouble());
    one("balanced accuracy", "%.2f %%", 100 * row.path("balanced_accuracy_encrypted").asDouble());
    one("largest error of the softmax", "%.1e", row.path("softmax_max_error").asDouble());
    one("largest difference of a weight", "%.1e", row.path("largest_weight_difference").asDouble());
    one("bootstraps per iteration", "%.0f", row.path("bootstraps_per_iteration").asDouble());
  }

  private void line(String name, String format, double here, double paper) {
    out()
        .printf(
            Locale.ROOT,
            "  %-34s %14s %22s%n",
            name,
            String.format(Locale.ROOT, format, here),
            String.format(Locale.ROOT, format, paper));
  }

  private void one(String name, String format, double here) {
    out().printf(Locale.ROOT, "  %-34s %14s%n", name, String.format(Locale.ROOT, format, here));
  }
}
