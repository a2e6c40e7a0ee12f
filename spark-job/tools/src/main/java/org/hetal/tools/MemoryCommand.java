package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsCommand;
import org.hetal.config.SettingsException;
import org.hetal.dataset.LocalStorage;
import org.hetal.owner.keys.TemporaryFolder;
import org.hetal.report.RunMetrics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains for many iterations on a cluster and measures the memory of its processes. */
@Command(
    name = "memory",
    description = {
      "Trains on a toy ring on a standalone Spark cluster of this machine with two executors, and"
          + " samples each process: the Java heap after a full collection, the resident memory, and"
          + " the engine's memory outside the heap.",
      "Exit code 70 if one of them grows after the first fifth of the iterations, per 100"
          + " iterations, by more than 2 MiB of heap, 1 MiB of the engine's or 8 MiB resident."
          + " Needs SPARK_HOME, and a JDK for its program jcmd."
    })
final class MemoryCommand extends SettingsCommand {
  private static final int BATCHES = 4;
  private static final int SAMPLES = 50;
  private static final int WARM_UP = 5; // the part that is left out, as a fraction of 1
  private static final long MIB = 1L << 20;
  private static final long MOST_HEAP = 2 * MIB;
  private static final long MOST_RESIDENT = 8 * MIB;
  private static final long MOST_ENGINE = MIB;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final String SINK = "spark.metrics.conf.*.sink.csv.";

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "500",
      description = "Iterations, at least 100 (default ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there too.")
  private Path json;

  @Override
  protected int execute() {
    if (iterations < 2 * SAMPLES) {
      throw new SettingsException(
          "--iterations: expected at least " + 2 * SAMPLES + ", actual " + iterations);
    }
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      throw new SettingsException("JAVA_HOME: expected a JDK with " + jcmd + ", actual none");
    }
    Map<String, List<MemorySample>> samples;
    try (TemporaryFolder folder = new TemporaryFolder("hetal-memory");
        LoggedProcesses processes = new LoggedProcesses()) {
      samples = train(processes, folder.path());
    }
    return report(samples);
  }

  /** The samples of each process. */
  private Map<String, List<MemorySample>> train(LoggedProcesses processes, Path folder) {
    int epochs = (iterations + BATCHES - 1) / BATCHES;
    String training =
        "batch-rows = 120, learning-rate = 1, epochs = " + epochs + ", patience = " + epochs;
    OwnerSide owner =
        new OwnerSide(processes, Programs.ofLauncher(), Programs.home(), folder, training);
    Path gauges = folder.resolve("gauges");
    LocalStorage.ownerOnly(gauges).writeAtomically("README", new byte[0]);
    StandaloneCluster cluster =
        new StandaloneCluster(
            processes,
            folder.resolve("cluster"),
            StandaloneCluster.sparkHome(),
            properties(gauges));
    Path place = folder.resolve("training");
    owner.copyTo(place);
    owner.startOracle(place);
    Path run = place.resolve("run");
    Path log = place.resolve("driver.log");
    Process driver =
        processes.start(
            owner.trainCommand(cluster.submit(), place, folder.toString(), run.toString()),
            cluster.environment(),
            log);
    LocalStorage storage = new LocalStorage(run);
    List<MemorySample> all = new ArrayList<>();
    int next = 0;
    while (driver.isAlive()) {
      int step = RunMetrics.read(storage).lastStep();
      if (step >= next && step > 0 && step < epochs * BATCHES) {
        next = step + iterations / SAMPLES;
        Stream.concat(Stream.of(driver.toHandle()), cluster.executors().stream())
            .flatMap(each -> MemorySample.of(step, each, gauges))
            .forEach(all::add);
        if (step % 100 < iterations / SAMPLES) {
          say("step %d of %d", step, epochs * BATCHES);
        }
      }
      Signals.sleep(BETWEEN_LOOKS);
    }
    if (driver.exitValue() != 0) {
      throw new DemoException(
          "train: expected exit code 0, actual " + driver.exitValue() + "; " + lastLines(log),
          driver.exitValue());
    }
    return all.stream()
        .collect(Collectors.groupingBy(MemorySample::process, TreeMap::new, Collectors.toList()));
  }

  private static String lastLines(Path log) {
    List<String> lines =
        new String(
                new LocalStorage(log.getParent()).read(log.getFileName().toString()),
                StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("hetal "))
            .toList();
    return String.join("; ", lines);
  }

  /** Spark keeps a history of jobs and stages, which would grow up to its default limits. */
  private static List<String> properties(Path gauges) {
    return List.of(
        "spark.plugins org.hetal.spark.metrics.HetalPlugin",
        SINK + "class org.apache.spark.metrics.sink.CsvSink",
        SINK + "directory " + gauges,
        SINK + "period 2",
        SINK + "unit seconds",
        "spark.ui.retainedJobs 20",
        "spark.ui.retainedStages 20",
        "spark.ui.retainedTasks 100",
        "spark.speculation false");
  }

  private int report(Map<String, List<MemorySample>> samples) {
    ObjectNode file =
        Figures.of("./hetal bench memory --iterations " + iterations, OwnerSide.PARAMETERS);
    file.put("iterations", iterations);
    ArrayNode rows = file.putArray("processes");
    boolean grows = false;
    for (Map.Entry<String, List<MemorySample>> process : samples.entrySet()) {
      ObjectNode row = rows.addObject();
      row.put("process", process.getKey());
      List<MemorySample> all = process.getValue();
      grows |= trend(row, "heap", MOST_HEAP, all, MemorySample::heap);
      grows |= trend(row, "engine", MOST_ENGINE, all, MemorySample::engine);
      grows |= trend(row, "resident", MOST_RESIDENT, all, MemorySample::resident);
      ArrayNode series = row.putArray("samples");
      for (MemorySample each : all) {
        ObjectNode sample = series.addObject();
        sample.put("step", each.step());
        sample.put("heap_bytes", each.heap());
        sample.put("engine_bytes", each.engine());
        sample.put("resident_bytes", each.resident());
      }
    }
    if (json != null) {
      Figures.write(file, json);
    }
    if (samples.size() != 1 + StandaloneCluster.workers()) {
      throw new DemoException(
          "bench memory: expected samples of a driver and "
              + StandaloneCluster.workers()
              + " executors, actual of "
              + samples.keySet());
    }
    return grows ? ExitCode.INTERNAL.status() : ExitCode.OK.status();
  }

  /** Says and records how a kind of memory grows; whether that is too much. */
  private boolean trend(
      ObjectNode row,
      String kind,
      long most,
      List<MemorySample> samples,
      ToLongFunction<MemorySample> bytes) {
    MemoryTrend trend = MemoryTrend.of(samples, iterations / WARM_UP, bytes);
    boolean grows = trend.growth() > most;
    say(
        "%-10s %-8s %7.1f MiB on average in steps %d to %d, %+.3f MiB per 100 steps%s",
        row.path("process").asText(),
        kind,
        trend.mean() / MIB,
        trend.first(),
        trend.last(),
        trend.growth() / MIB,
        grows ? ": FAILED, expected at most " + most / MIB : "");
    ObjectNode figures = row.putObject(kind);
    figures.put("mean_bytes", Math.round(trend.mean()));
    figures.put("growth_bytes_per_100_steps", Math.round(trend.growth()));
    figures.put("most_growth_bytes_per_100_steps", most);
    return grows;
  }
}
