package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Json;
import org.hetal.spark.metrics.HetalPlugin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on a standalone cluster of two workers, one of which has the portable kernels only; what
 * operators see of it. All paths have blanks and letters with accents.
 */
class StandaloneIT {
  /** Follows redirects, as Prometheus does: the driver's page moves to a path with a slash. */
  private static final HttpClient HTTP =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  private static final String SPECULATIVE = "\"Speculative\":true";

  @TempDir static Path temporary;
  private static Path root;
  private static StandaloneCluster cluster;
  private static ClusterToy toy;

  @BeforeAll
  static void start() throws Exception {
    SparkSubmit.assumeSpark();
    root = Files.createDirectories(temporary.resolve("études à deux"));
    toy = new ClusterToy(root.resolve("propriétaire"));
    cluster = new StandaloneCluster(temporary.resolve("cluster"));
    cluster.addWorker(Map.of("HETAL_CPU_PATH", "portable"));
    cluster.addWorker(Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    if (toy != null) {
      toy.close();
    }
  }

  private static SparkSubmit submit(ToyOracle oracle, String name, Path run) throws Exception {
    Path folder = toy.configuration(root.resolve(name), oracle, "paths.run=file://" + run);
    return new SparkSubmit(folder, name, "standalone.conf", cluster.secret())
        .option("--master", cluster.master())
        .environment("SPARK_LOCAL_IP", "127.0.0.1")
        .environment("SPARK_CONF_DIR", SparkSubmit.profile("").toString());
  }

  private static int train(SparkSubmit submit) throws Exception {
    return submit.run(List.of("train", "-c", "my.conf"));
  }

  /**
   * With dynamic allocation, speculation and one attempt for each task: a worker is decommissioned
   * after the first epoch, and the driver is killed after the second one. The first driver asks for
   * executors when tasks wait.
   */
  @Test
  void train_decommissionedKilledAndResumed_givesTheSameBytes() throws Exception {
    Path run = root.resolve("un résultat");
    Process leaving = cluster.addWorker(Map.of());
    AtomicReference<SparkSubmit> submission = new AtomicReference<>();
    boolean[] killed = {false};
    Path events = Files.createDirectories(temporary.resolve("events of two drivers"));
    try (ToyOracle oracle =
        toy.oracle(
            epoch -> {
              if (epoch == 1) {
                signal("-PWR", leaving);
              } else if (epoch == 2 && !killed[0]) {
                killed[0] = true;
                submission.get().process().destroyForcibly();
              }
            })) {
      for (String attempt : List.of("premier", "second")) {
        SparkSubmit submit = submit(oracle, attempt, run);
        submission.set(submit);
        submit
            .conf("spark.task.maxFailures", "1")
            .conf("spark.eventLog.enabled", "true")
            .conf("spark.eventLog.dir", events.toUri().toString())
            .conf("spark.eventLog.compress", "false")
            .conf("spark.eventLog.rolling.enabled", "false")
            .conf("spark.speculation", "true")
            .conf("spark.speculation.interval", "10ms")
            .conf("spark.speculation.minTaskRuntime", "10ms")
            .conf("spark.speculation.multiplier", "1.01")
            .conf("spark.speculation.quantile", "0.1")
            .conf("spark.decommission.enabled", "true")
            .conf("spark.dynamicAllocation.enabled", "true")
            .conf("spark.dynamicAllocation.shuffleTracking.enabled", "true")
            .conf("spark.dynamicAllocation.minExecutors", attempt.equals("premier") ? "0" : "2");
        int status = train(submit);
        if (attempt.equals("premier")) {
          assertNotEquals(0, status);
          assertFalse(Files.exists(run.resolve("model/manifest.json")));
        } else {
          assertEquals(0, status, submit::text);
        }
      }
      assertEquals(List.of(1, 2, 2, 3), oracle.epochs());
    }
    toy.assertSameBytes(new LocalStorage(run.resolve("model")));
    assertTrue(cluster.executorLogs(0).contains("portable"), "one executor is portable");
    assertFalse(cluster.executorLogs(1).contains("portable"), "the other one is not");
    List<String> logged = eventsOfDrivers(events);
    assertTrue(
        logged.stream().anyMatch(line -> is(line, "TaskStart") && line.contains(SPECULATIVE)),
        () -> "no second attempt of a slow task: " + logged);
    int first = indexOf(logged, "JobStart");
    assertTrue(
        first >= 0 && first < indexOf(logged, "ExecutorAdded"),
        () -> "executors before tasks waited: " + logged);
  }

  /** The lines of all event logs, one log after the other, in order of time. */
  private static List<String> eventsOfDrivers(Path events) throws IOException {
    List<String> out = new ArrayList<>();
    try (Stream<Path> files = Files.list(events)) {
      for (Path file : files.sorted().toList()) { // applications are numbered
        out.addAll(Files.readAllLines(file));
      }
    }
    return out;
  }

  private static boolean is(String line, String event) {
    return line.startsWith("{\"Event\":\"SparkListener" + event + "\"");
  }

  private static int indexOf(List<String> lines, String event) {
    return lines.indexOf(lines.stream().filter(line -> is(line, event)).findFirst().orElse(""));
  }

  private static void signal(String signal, Process process) {
    try {
      assertEquals(
          0, new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Metrics by HTTP, descriptions of jobs, log lines with the run's id, and the event log. */
  @Test
  void operators_seeMetricsJobsAndLogs() throws Exception {
    String ui = "http://127.0.0.1:" + SparkSubmit.freePort();
    Path events = Files.createDirectories(temporary.resolve("events"));
    Path sink = Files.createDirectories(temporary.resolve("sink"));
    String csv = "spark.metrics.conf.executor.sink.csv.";
    AtomicReference<String> gauges = new AtomicReference<>("");
    AtomicReference<String> executors = new AtomicReference<>("");
    try (ToyOracle oracle =
        toy.oracle(
            epoch -> {
              if (epoch == 3) {
                gauges.set(awaitExecutors(ui + "/metrics/prometheus"));
                executors.set(get(ui + "/metrics/executors/prometheus"));
              }
            })) {
      SparkSubmit submit = submit(oracle, "vu", root.resolve("vu run"));
      submit
          .conf("spark.ui.enabled", "true")
          .conf("spark.ui.port", ui.substring(ui.lastIndexOf(':') + 1))
          .conf("spark.hetal.metrics.seconds", "1")
          .conf(csv + "class", "org.apache.spark.metrics.sink.CsvSink")
          .conf(csv + "period", "1")
          .conf(csv + "directory", sink.toString())
          .conf("spark.eventLog.enabled", "true")
          .conf("spark.eventLog.dir", events.toUri().toString());
      assertEquals(0, train(submit), submit::text);
      assertTrue(submit.text().contains("[run default]"), submit::text);
    }
    for (String executor : List.of("executor_0", "executor_1")) {
      assertTrue(gauge(gauges.get(), executor, "bootstraps") > 0, gauges::get);
      assertTrue(gauge(gauges.get(), executor, "native_bytes") > 0, gauges::get);
      assertTrue(gauge(gauges.get(), executor, "key_bytes") > 0, gauges::get);
      assertEquals(0, gauge(gauges.get(), executor, "device_bytes"));
    }
    for (String key : List.of("bootstraps", "keys_loaded", "key_bytes")) {
      assertEquals(0, gauge(gauges.get(), "driver_plugin", key), gauges::get);
    }
    assertTrue(gauge(gauges.get(), "executor_0", "seconds_softmax") > 0, gauges::get);
    assertTrue(gauge(gauges.get(), "executor_0", "cache_hits") > 0, gauges::get);
    assertTrue(executors.get().contains("metrics_executor_totalTasks"), executors::get);
    assertTrue(executors.get().contains("ProcessTreeJVMRSSMemory"), executors::get);
    for (String executor : List.of("0", "1")) {
      assertTrue(hasCsv(sink, executor), "executors have the gauges in their own registries");
    }
    assertTrue(cluster.executorLogs(1).contains("[run default]"), "executors log the run's id");
    assertTrue(history(events).contains("epoch 2, minibatch 1 of 3: logits, softmax, gradient"));
  }

  private static boolean hasCsv(Path sink, String executor) throws IOException {
    String end = "." + executor + ".plugin." + HetalPlugin.class.getName() + ".bootstraps.csv";
    try (Stream<Path> files = Files.list(sink)) {
      return files.anyMatch(file -> file.getFileName().toString().endsWith(end));
    }
  }

  private static String awaitExecutors(String url) {
    for (int attempt = 0; attempt < 100; attempt++) {
      String text = get(url);
      if (gauge(text, "executor_0", "bootstraps") > 0
          && gauge(text, "executor_1", "bootstraps") > 0) {
        return text;
      }
      pause();
    }
    throw new AssertionError("no metrics of two executors: " + get(url));
  }

  /** The value of a gauge of the plugin; -1: there is none. */
  private static double gauge(String text, String executor, String name) {
    Matcher line =
        Pattern.compile(
                "(?m)^metrics_\\w*HetalPlugin_(executor_\\d+_)?" + name + "_Value\\{.*\\} (\\S+)$")
            .matcher(text);
    while (line.find()) {
      String actual = line.group(1) == null ? "driver_plugin" : line.group(1);
      if (actual.startsWith(executor)) {
        return Double.parseDouble(line.group(2));
      }
    }
    return -1;
  }

  /** The jobs of the only application, as a real history server tells them. */
  private static String history(Path events) throws Exception {
    int port = SparkSubmit.freePort();
    ProcessBuilder builder =
        new ProcessBuilder(
            SparkSubmit.program("spark-class"), "org.apache.spark.deploy.history.HistoryServer");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder
        .environment()
        .put(
            "SPARK_HISTORY_OPTS",
            "-Dspark.history.ui.port="
                + port
                + " -Dspark.history.fs.logDirectory="
                + events.toUri());
    Path log = temporary.resolve("history.log");
    Process server = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      String api = "http://127.0.0.1:" + port + "/api/v1/applications";
      for (int attempt = 0; attempt < 300; attempt++) {
        JsonNode applications = Json.parse(get(api).getBytes(StandardCharsets.UTF_8));
        if (applications.size() == 1) {
          return get(api + "/" + applications.get(0).path("id").asText() + "/jobs");
        }
        pause();
      }
      throw new AssertionError(Files.readString(log));
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  /** What a page says; an empty list before its server listens and has the page. */
  private static String get(String url) {
    try {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? answer.body() : "[]";
    } catch (IOException e) {
      return "[]";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
