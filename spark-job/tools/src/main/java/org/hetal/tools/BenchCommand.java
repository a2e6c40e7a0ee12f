package org.hetal.tools;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsCommand;
import org.hetal.command.SettingsOptions;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.owner.Client;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.DeviceProbe;
import org.hetal.owner.keys.TemporaryFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A benchmark of algorithms with a client and an evaluator in this process, without data. */
abstract class BenchCommand extends SettingsCommand {
  @Option(
      names = "--parameters",
      paramLabel = "SET",
      description = "The parameter set (auto: n16_l12). Setting: parameters.")
  private String parameters;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the engine and the client. Setting: threads.")
  private Integer threads;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there too.")
  private Path json;

  @Spec private CommandSpec spec;

  private Clients backend;
  private String device;

  @Override
  protected final Settings load(SettingsOptions given) {
    Map<String, String> overrides = new LinkedHashMap<>(given.overrides());
    if (parameters != null) {
      overrides.put("parameters", parameters);
    }
    if (threads != null) {
      overrides.put("threads", threads.toString());
    }
    return BenchSet.named(SettingsLoader.load(given.files(), overrides));
  }

  @Override
  protected final int execute() {
    backend = Clients.of(settings());
    DeviceProbe.require(settings().deviceSpec());
    try (Client client = backend.generate(settings().parameterSet(), settings().insecureSeed())) {
      measure(client);
    }
    return ExitCode.OK.status();
  }

  /** Runs the benchmark and writes its figures. */
  protected abstract void measure(Client client);

  /** Makes keys in a temporary folder, opens an evaluator with them and closes both. */
  protected final void withKeys(Client client, KeyPlan keys, Consumer<Evaluator> action) {
    try (TemporaryFolder folder = new TemporaryFolder("hetal-bench")) {
      Path bundle = folder.path().resolve("keys");
      client.writeEvaluationKeys(bundle, keys, (done, of, bytes) -> {});
      try (Evaluator evaluator =
          backend.evaluator(bundle, settings().parameterSet(), settings().deviceSpec())) {
        device = evaluator.device();
        action.accept(evaluator);
      }
    }
  }

  /** Refuses wrong arguments as a wrong command line. */
  protected final <T> T asOption(Supplier<T> action) {
    try {
      return action.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Writes the rows, each with where they were measured, if {@code --json} asks for it. */
  protected final void write(List<Map<String, Object>> rows) {
    if (json == null) {
      return;
    }
    List<Map<String, Object>> out =
        rows.stream()
            .map(
                row -> {
                  Map<String, Object> figures = new LinkedHashMap<>(row);
                  figures.put("parameter_set", settings().parameterSet());
                  figures.put("device", device);
                  figures.put("commit", EngineLibrary.commit());
                  return figures;
                })
            .toList();
    Figures.write(out, json);
  }
}
