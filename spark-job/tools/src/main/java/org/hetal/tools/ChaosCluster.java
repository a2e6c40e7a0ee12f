package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.command.ExitCode;
import org.hetal.dataset.LocalStorage;

/**
 * A standalone cluster on loopback: a master and two workers of one core each, as processes that
 * authenticate each other.
 */
final class ChaosCluster implements AutoCloseable {
  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final Pattern REGISTERED =
      Pattern.compile("(Successfully registered with master)");
  private static final int WORKERS = 2;
  private static final int SECONDS_TO_START = 120;
  private static final int SECRET_BYTES = 32;

  private final Path folder;
  private final Path spark;
  private final String secret = secret();
  private final String uri;
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> workers = new ArrayList<>();
  private int started;

  /**
   * Starts all processes.
   *
   * @param folder gets logs, the work of the workers and {@link #configuration}
   * @param spark a Spark installation
   */
  ChaosCluster(Path folder, Path spark) {
    this.folder = folder.toAbsolutePath();
    this.spark = spark;
    try {
      Files.createDirectories(executorFolder());
      writeConfiguration();
      this.uri = start("master", MASTER, "master.Master", "--port", "0");
      writeConfiguration("spark.master " + uri);
      for (int i = 0; i < WORKERS; i++) {
        addWorker();
      }
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** What {@code SPARK_CONF_DIR} names for everything that joins the cluster. */
  Path configuration() {
    return folder.resolve("conf");
  }

  /** The temporary folder of the executors, with their cache of keys. */
  Path executorFolder() {
    return folder.resolve("executors");
  }

  /**
   * @param lines beside those that all processes have
   */
  private void writeConfiguration(String... lines) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "spark.authenticate true",
                "spark.authenticate.secret " + secret,
                "spark.network.crypto.enabled true",
                "spark.driver.host 127.0.0.1",
                "spark.driver.memory 512m",
                "spark.executor.memory 512m",
                "spark.executor.cores 1",
                "spark.executor.extraJavaOptions -Djava.io.tmpdir=" + executorFolder(),
                "spark.ui.enabled false",
                "spark.speculation true"));
    all.addAll(List.of(lines));
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

  /** Starts a worker and waits until the master knows it. */
  private void addWorker() {
    start(
        "worker-" + started,
        REGISTERED,
        "worker.Worker",
        "--cores",
        "1",
        "--memory",
        "1g",
        "--work-dir",
        folder.resolve("work-" + started).toString(),
        uri);
    workers.add(processes.get(processes.size() - 1));
  }

  private String start(String name, Pattern ready, String main, String... words) {
    started++;
    Path log = folder.resolve(name + ".log");
    List<String> command = new ArrayList<>();
    command.add(spark.resolve("bin/spark-class").toString());
    command.add("org.apache.spark.deploy." + main);
    command.addAll(List.of("--host", "127.0.0.1", "--webui-port", "0"));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    builder.environment().put("SPARK_DAEMON_MEMORY", "256m");
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    try {
      Process process = builder.start();
      processes.add(process);
      for (int tenths = 0; tenths < 10 * SECONDS_TO_START && process.isAlive(); tenths++) {
        Matcher line = ready.matcher(Files.readString(log, StandardCharsets.ISO_8859_1));
        if (line.find()) {
          return line.group(1);
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
      throw new DemoException(
          name + ": expected it to start; " + log + " has what it said", ExitCode.RETRY.status());
    } catch (IOException e) {
      throw new UncheckedIOException("starting " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
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

  /** Running executors of all applications. */
  List<ProcessHandle> executors() {
    return workers.stream()
        .flatMap(worker -> worker.toHandle().descendants())
        .filter(ProcessHandle::isAlive)
        .filter(handle -> handle.info().command().orElse("").endsWith("java"))
        .toList();
  }

  /** Ends a worker and its executors without notice, and starts another. */
  void replaceWorker(int index) {
    Process worker = workers.get(index);
    worker.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
    worker.destroyForcibly();
    workers.remove(index);
    addWorker();
  }

  static int workers() {
    return WORKERS;
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
