package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsCommand;
import org.hetal.config.SettingsException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.owner.keys.TemporaryFolder;
import org.hetal.report.RunMetrics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains again and again on a cluster on which things go wrong, and compares the bytes. */
@Command(
    name = "chaos",
    description = {
      "Trains on a toy ring on a standalone Spark cluster of this machine, and at a random moment"
          + " of each training kills, stops or starves an executor, a worker, the driver or the"
          + " oracle, fills the disk, truncates a checkpoint or a cached key, or changes the clock.",
      "Each training is then finished by the documented command and must have the bytes of an"
          + " undisturbed one; exit code 70 if one has not. Needs SPARK_HOME. The clock is changed"
          + " only where the program faketime is installed."
    })
final class ChaosCommand extends SettingsCommand {
  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "12",
      description = "Trainings to disturb (default ${DEFAULT-VALUE}); the faults come in turn.")
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Chooses moments and the order of the faults (default ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--fault",
      split = ",",
      paramLabel = "NAME",
      description = "Only these, such as DRIVER_KILLED: ${COMPLETION-CANDIDATES}.")
  private List<ChaosFault> chosen = List.of();

  @Option(
      names = "--keep",
      paramLabel = "FOLDER",
      description = "Works in this folder, which must not exist, and keeps it with all logs.")
  private Path kept;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there too.")
  private Path json;

  @Override
  protected int execute() {
    if (kept == null) {
      try (TemporaryFolder folder = new TemporaryFolder("hetal-chaos")) {
        return chaos(folder.path());
      }
    }
    if (Files.exists(kept)) {
      throw new SettingsException("--keep: expected no folder " + kept + ", actual one");
    }
    return chaos(kept.toAbsolutePath());
  }

  private int chaos(Path folder) {
    List<ChaosFault> faults = faults();
    if (faults.isEmpty()) {
      throw new SettingsException("--fault: expected one that this machine can have, actual none");
    }
    ChaosOwner owner = new ChaosOwner(Programs.ofLauncher(), Programs.home(), folder);
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    int failed = 0;
    try (ChaosCluster cluster = new ChaosCluster(folder.resolve("cluster"), spark())) {
      String expected;
      int steps;
      Path first = folder.resolve("undisturbed");
      try (ChaosTrial trial =
          new ChaosTrial(owner, cluster, faults.get(0), new SplittableRandom(seed), first)) {
        expected = trial.undisturbed();
        steps = RunMetrics.read(new LocalStorage(first.resolve("run"))).lastStep();
      }
      say("undisturbed: %d steps, model %s", steps, expected.substring(0, 16));
      List<ChaosFault> order = order(faults);
      for (int i = 0; i < kills; i++) {
        Path place = folder.resolve(String.format(Locale.ROOT, "trial-%04d", i + 1));
        try (ChaosTrial trial =
            new ChaosTrial(
                owner, cluster, order.get(i), new SplittableRandom(seed * 1_000_003 + i), place)) {
          ChaosTrial.Result result = trial.run(steps, expected);
          show(i + 1, result);
          rows.add(row(result));
          failed += result.difference().isEmpty() ? 0 : 1;
        }
        if (failed == 0 && kept == null) {
          Parties.delete(place);
        }
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    } catch (Exception e) {
      throw new DemoException("bench chaos: " + e.getMessage());
    }
    say("%d of %d trainings ended with the bytes of the undisturbed one", kills - failed, kills);
    if (json != null) {
      ObjectNode file = JsonNodeFactory.instance.objectNode();
      file.put("command", "./hetal bench chaos --kills " + kills + " --seed " + seed);
      file.put("commit", EngineLibrary.commit());
      file.put("same_bytes", kills - failed);
      file.set("trainings", rows);
      Figures.write(file, json);
    }
    return failed == 0 ? ExitCode.OK.status() : ExitCode.INTERNAL.status();
  }

  private static Path spark() {
    String home = System.getenv("SPARK_HOME");
    if (home == null || home.isEmpty()) {
      throw new SettingsException(
          "SPARK_HOME: expected a Spark for the cluster, actual none; export SPARK_HOME=$("
              + Programs.home().resolve("spark-job/spark/install_spark.sh")
              + ") fetches one");
    }
    return Path.of(home);
  }

  private List<ChaosFault> faults() {
    List<ChaosFault> all =
        new ArrayList<>(chosen.isEmpty() ? Arrays.asList(ChaosFault.values()) : chosen);
    boolean clock =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "faketime")));
    if (!clock && all.removeAll(List.of(ChaosFault.CLOCK_AHEAD, ChaosFault.CLOCK_BEHIND))) {
      warn("not run: other clocks, which need the program faketime (Debian package faketime)");
    }
    return all;
  }

  /** Each fault as often as the others, as far as the number allows, in random order. */
  private List<ChaosFault> order(List<ChaosFault> faults) {
    Random shuffle = new Random(seed);
    List<ChaosFault> out = new ArrayList<>();
    while (out.size() < kills) {
      List<ChaosFault> round = new ArrayList<>(faults);
      Collections.shuffle(round, shuffle);
      out.addAll(round);
    }
    return out;
  }

  private void show(int number, ChaosTrial.Result result) {
    say(
        "%3d  %-32s after step %2d; exit codes %s, %.0f s: %s",
        number,
        result.fault().label(),
        result.step(),
        result.exits(),
        result.seconds(),
        result.difference().isEmpty() ? "same bytes" : "FAILED: " + result.difference());
  }

  private static ObjectNode row(ChaosTrial.Result result) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("fault", result.fault().label());
    row.put("after_step", result.step());
    result.exits().forEach(row.withArrayProperty("exit_codes")::add);
    row.put("seconds", Math.round(result.seconds()));
    row.put("same_bytes", result.difference().isEmpty());
    if (!result.difference().isEmpty()) {
      row.put("difference", result.difference());
    }
    return row;
  }
}
