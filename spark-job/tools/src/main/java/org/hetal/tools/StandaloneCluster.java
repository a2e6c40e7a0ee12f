package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hetal.config.SettingsException;
import org.hetal.dataset.LocalStorage;

/**
 * A standalone cluster on loopback: a master and two workers, as processes that authenticate each
 * other. A training has two executors of one core each. The workers have room for a second
 * training, as the executors of a driver that does not answer keep their cores.
 */
final class StandaloneCluster {
  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final Pattern REGISTERED =
      Pattern.compile("(Successfully registered with master)");
  private static final int WORKERS = 2;
  private static final int SECRET_BYTES = 32;
  // The processes are short-lived: compiling them further costs more than it saves.
  private static final String JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private final LoggedProcesses processes;
  private final Path folder;
  private final Path spark;
  private final String secret = secret();
  private final String uri;
  private final List<Worker> workers = new ArrayList<>();
  private int started;

  private record Worker(Process process, Path log) {}

  /**
   * Starts all processes.
   *
   * @param folder gets logs, the work of the workers and {@link #configuration}
   * @param spark a Spark installation
   * @param properties lines for {@code spark-defaults.conf}, beside its own
   */
  StandaloneCluster(LoggedProcesses processes, Path folder, Path spark, List<String> properties) {
    this.processes = processes;
    this.folder = folder.toAbsolutePath();
    this.spark = spark;
    try {
      Files.createDirectories(executorFolder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writeConfiguration(properties);
    Path log = this.folder.resolve("master.log");
    Process master = start(log, "master.Master", "--port", "0");
    this.uri = LoggedProcesses.await(master, MASTER, log);
    List<String> all = new ArrayList<>(properties);
    all.add("spark.master " + uri);
    writeConfiguration(all);
    for (int i = 0; i < WORKERS; i++) {
      workers.add(startWorker());
    }
    workers.forEach(this::awaitWorker);
  }

  /** What {@code SPARK_CONF_DIR} names for everything that joins the cluster. */
  private Path configuration() {
    return folder.resolve("conf");
  }

  private Path executorFolder() {
    return folder.resolve("executors");
  }

  /** The keys that executors copied from HDFS. */
  Path cachedKeys() {
    return folder.resolve("keys");
  }

  /**
   * @param lines beside those that all processes have
   */
  private void writeConfiguration(List<String> lines) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "spark.authenticate true",
                "spark.authenticate.secret " + secret,
                "spark.network.crypto.enabled true",
                "spark.driver.host 127.0.0.1",
                "spark.driver.memory 512m",
                "spark.driver.extraJavaOptions " + JAVA_OPTIONS,
                "spark.executor.memory 512m",
                "spark.executor.cores 1",
                "spark.cores.max " + WORKERS,
                "spark.executor.extraJavaOptions "
                    + JAVA_OPTIONS
                    + " -Djava.io.tmpdir="
                    + executorFolder(),
                "spark.hadoop.hetal.keys.cache " + cachedKeys(),
                "spark.ui.enabled false",
                "spark.speculation true"));
    all.addAll(lines);
    LocalStorage.ownerOnly(configuration())
        .writeAtomically(
            "spark-defaults.conf",
            (String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String secret() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  private Worker startWorker() {
    Path log = folder.resolve("worker-" + started + ".log");
    Path work = folder.resolve("work-" + started);
    Process process =
        start(
            log,
            "worker.Worker",
            "--cores",
            "2",
            "--memory",
            "2g",
            "--work-dir",
            work.toString(),
            uri);
    return new Worker(process, log);
  }

  /** Waits until the master knows it. */
  private void awaitWorker(Worker worker) {
    LoggedProcesses.await(worker.process(), REGISTERED, worker.log());
  }

  private Process start(Path log, String main, String... words) {
    started++;
    List<String> command = new ArrayList<>();
    command.add(spark.resolve("bin/spark-class").toString());
    command.add("org.apache.spark.deploy." + main);
    command.addAll(List.of("--host", "127.0.0.1", "--webui-port", "0"));
    command.addAll(List.of(words));
    Map<String, String> environment = new HashMap<>(environment());
    environment.put("SPARK_DAEMON_MEMORY", "256m");
    environment.put("SPARK_DAEMON_JAVA_OPTS", JAVA_OPTIONS);
    return processes.start(command, environment, log);
  }

  /** The variables for what joins the cluster. */
  Map<String, String> environment() {
    return Map.of(
        "SPARK_HOME",
        spark.toString(),
        "SPARK_CONF_DIR",
        configuration().toString(),
        "SPARK_LOCAL_IP",
        "127.0.0.1");
  }

  /** The program that submits. */
  String submit() {
    return spark.resolve("bin/spark-submit").toString();
  }

  /** Running executors of all applications. */
  List<ProcessHandle> executors() {
    return workers.stream().flatMap(worker -> executors(worker.process().toHandle())).toList();
  }

  private static Stream<ProcessHandle> executors(ProcessHandle worker) {
    return worker
        .descendants()
        .filter(ProcessHandle::isAlive)
        .filter(handle -> handle.info().command().orElse("").endsWith("java"));
  }

  /** A worker and its executors. */
  List<ProcessHandle> machine(int index) {
    ProcessHandle worker = workers.get(index).process().toHandle();
    return Stream.concat(Stream.of(worker), executors(worker)).toList();
  }

  /** Ends a worker and its executors without notice, and starts another. */
  void replaceWorker(int index) {
    Signals.kill(workers.remove(index).process());
    Worker replacement = startWorker();
    workers.add(replacement);
    awaitWorker(replacement);
  }

  /** The Spark of the user. */
  static Path sparkHome() {
    String home = System.getenv("SPARK_HOME");
    if (home == null || home.isEmpty()) {
      throw new SettingsException(
          "SPARK_HOME: expected a Spark for the cluster, actual none; export SPARK_HOME=$("
              + Programs.home().resolve("spark-job/spark/install_spark.sh")
              + ") fetches one");
    }
    return Path.of(home);
  }

  static int workers() {
    return WORKERS;
  }
}
